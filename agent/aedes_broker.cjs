// aedes with the same rules as the mosquitto configuration in broker.py: loopback only, a password
// for everybody, a station touches only its own topics.  Keeps nothing on disk.
'use strict'
const fs = require('node:fs')
const net = require('node:net')
const { createRequire } = require('node:module')
const { timingSafeEqual, createHash } = require('node:crypto')

const told = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const { Aedes } = createRequire(`${told.modules}/`)('aedes')

const digest = (text) => createHash('sha256').update(text).digest()

function matches (filter, topic) {
  const wanted = filter.split('/')
  const words = topic.split('/')
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true
    if (words[i] === undefined) return false
    if (wanted[i] !== '+' && wanted[i] !== words[i]) return false
  }
  return wanted.length === words.length
}

function may (user, way, topic) {
  const rules = told.full[user]
  if (!rules) {
    return topic.startsWith(`evse/1/${user}/${way === 'write' ? 'up' : 'down'}/`)
  }
  return rules.some((rule) => {
    const [granted, filter] = rule.split(' ')
    return (granted === 'readwrite' || granted === way) && (filter === topic || matches(filter, topic))
  })
}

async function main () {
  const broker = await Aedes.createBroker({
    authenticate (client, user, password, done) {
      const known = told.users[user]
      const good = known !== undefined && password && timingSafeEqual(digest(known), digest(password))
      client.user = user
      const error = good ? null : Object.assign(new Error('refused'), { returnCode: 5 })
      done(error, good)
    },
    authorizePublish (client, packet, done) {
      // A refusal would end the connection and a client would try again for ever: like mosquitto,
      // take it and give it to nobody.
      const allowed = !client || (may(client.user, 'write', packet.topic) &&
        packet.payload.length <= told.maxPayload)
      if (!allowed) packet.topic = 'refused'
      done(null)
    },
    authorizeSubscribe (client, subscription, done) {
      done(null, may(client.user, 'read', subscription.topic) ? subscription : null)
    }
  })
  net.createServer(broker.handle).listen(told.port, '127.0.0.1')
}

process.on('SIGTERM', () => process.exit(0))
main().catch((error) => { console.error(error.message); process.exit(1) })
