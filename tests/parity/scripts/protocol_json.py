"""Text that is JSON, nearly JSON and no JSON at all gets one verdict everywhere."""

from protocol.fields import MessageError
from protocol.message import parse
from protocol.messages import SetLimit, State
from protocol.strict_json import loads

TEXTS = """{"a":1,}|[1 2]|{"a" 1}|{"a":1 "b":2}|{"a":01}|{"a":-01}|[,1]|{"a":1]|[1}|{"a":1.}
{"a":.5}|{"a":1e}|{"a":1-2}|{"a":-}|{"a":--1}|{"a":1e400}|{"a":1e5}|{"a":NaN}|{"a":Infinity}|{"a":-Infinity}
{"a":"x\ty"}|{"a":"\\q"}|{"a":"\\u00e9"}|{"a":"\\ud83d\\ude00"}|{"a":"\\ud83d"}|{"a":"\\u00g0"}
{"a":"\\u+0a1"}|{"a":"\\u00"}|{"a":"\\|{"a":"\\"|{"a":1}x|{"a":1}\x0b|\x0b{"a":1}|{"a":1,"a":2}
{"a":{"b":1,"b":1}}|{1:2}|{null:2}|{"a":tru}|{"a":true}|{"a":truex}|{"a":nul}||   |"|"abc|{|[|{"a"
{"a":|{"a":1|[1|1|-0|{"a":-0}|{"a":1.0}|{"a":+1}|{"a":0x10}|{"a":1_0}|{"a":"\\u0000"}|{"a":"\x00"}
{}{}|{"a":[1,2,]}|{:}|{"a"::1}|{"a":1,,"b":2}|,{"a":1}|{"a":1},|{"a","b"}|{[]:1}|{"a":{}}|{"a":[]}
{"a":[[[[[[[1]]]]]]]}|{"a":[[[[[[[[1]]]]]]]]}|{"":0}|\t{ "a" : [ ] }\r
{"a":"\\/\\b\\f\\n\\r\\t\\\\\\""}
[]|null|"a"|true|0"""

BYTES = (
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf5\x80\x80\x80",
    b"\x80",
    b"\xff",
    b"\xc3",
    b"\xe9a",
    b"\xc3\xa9",
    b'{"a":"\xc3\xa9"}',
    b'{"a":"\xc0\x80"}',
    b"\xef\xbb\xbf{}",
    b"{}\0",
    b"\0{}",
    b"[" * 1024,
    b'{"a":' * 200,
    b" " * 1025,
    b"[" * 5000,
    b'{"a":[' + b"0," * 300 + b"0]}",
    b'{"a":' + b"9" * 1000 + b"}",
)


def shown(value):
    """A value in one spelling: floats are told by kind only, keys in order."""
    if type(value) is dict:
        return (
            "{" + ",".join([shown(key) + ":" + shown(value[key]) for key in sorted(value)]) + "}"
        )
    if type(value) is list:
        return "[" + ",".join([shown(entry) for entry in value]) + "]"
    if type(value) is str:
        return "'" + " ".join([str(ord(char)) for char in value]) + "'"
    return "float" if type(value) is float else str(value)


def verdict(read, payload):
    try:
        return shown(read(payload))
    except MessageError as error:
        return f"{error.code}:{error.field}"
    except ValueError as error:
        return "no: " + str(error)


def spoil(payload, count):
    """Copies of payload with a byte changed, dropped or put in; the same ones on every run."""
    number = 1
    letters = b'{}[]",:0123456789.eE+-truefalsn\\/ \n\x00\xc3'
    for _ in range(count):
        spoilt = bytearray(payload)
        for _ in range(1 + number % 2):
            number = (number * 1_103_515_245 + 12_345) & 0x3FFFFFFF
            at = (number >> 8) % len(spoilt)
            letter = letters[(number >> 4) % len(letters)]
            if number % 3 == 0:
                spoilt = spoilt[:at] + spoilt[at + 1 :]
            elif number % 3 == 1:
                spoilt[at] = letter
            else:
                spoilt = spoilt[:at] + bytearray([letter]) + spoilt[at:]
        yield bytes(spoilt)


for line in TEXTS.split("\n"):
    for text in line.split("|"):
        print(repr(text), verdict(loads, text.encode()), verdict(parse, text.encode()))
for payload in BYTES:
    print(payload[:20], len(payload), verdict(parse, payload))

COMMAND = (
    b'{"id":"q-1","boot_id":12,"expires_ms":660000,'
    b'"owner":"operator","limit_ma":10000,"valid_s":900}'
)
STATE = (
    b'{"boot_id":12,"seq":41,"uptime_ms":600000,"reason":{"state":"C2","why":"charging","age_s":184,'
    b'"limited_by":"operator","limits":[{"owner":"operator","limit_ma":10000,"expires_s":716}],'
    b'"faults":[]},"offer_ma":10000,"duty_ppm":166666,"contactor":true,"high_mv":5960,'
    b'"low_mv":-11930,"session":"12-1"}'
)
for cls, payload, count in ((SetLimit, COMMAND, 1500), (State, STATE, 500)):
    for end in range(len(payload)):
        print(end, verdict(cls.decode, payload[:end]))
    for spoilt in spoil(payload, count):
        try:
            print(cls.decode(spoilt).encode())
        except MessageError as error:
            print(error.code, error.field)
