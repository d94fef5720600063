// The stock memory map looks for a peripheral before it looks at memory, on every access.  Here flash
// and RAM come first; the rest goes the stock way.  Flash goes through the cache's clock (xip.mjs).

const RAM = 0x20000000;
const RAM_BYTES = 264 << 10;

export function quickMemory(mcu, cache) {
  const { core, flashView, sramView, flash, sram } = mcu;
  const slow = {
    read32: mcu.readUint32.bind(mcu),
    read16: mcu.readUint16.bind(mcu),
    read8: mcu.readUint8.bind(mcu),
    write32: mcu.writeUint32.bind(mcu),
    write16: mcu.writeUint16.bind(mcu),
    write8: mcu.writeUint8.bind(mcu),
  };
  const cached = cache.missCycles > 0;
  core.readUint16 = (address) => {
    if (address >>> 24 === 0x10) {
      if (cached) core.cycles += cache.touch(address);
      return flashView.getUint16(address & 0xffffff, true);
    }
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES - 1) return sramView.getUint16(offset, true);
    return slow.read16(address);
  };
  core.readUint32 = (address) => {
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES - 3) return sramView.getUint32(offset, true);
    if (address >>> 24 === 0x10) {
      if (cached) core.cycles += cache.touch(address);
      return flashView.getUint32(address & 0xffffff, true);
    }
    return slow.read32(address);
  };
  core.readUint8 = (address) => {
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES) return sram[offset];
    if (address >>> 24 === 0x10) {
      if (cached) core.cycles += cache.touch(address);
      return flash[address & 0xffffff];
    }
    return slow.read8(address);
  };
  core.writeUint32 = (address, value) => {
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES - 3) sramView.setUint32(offset, value, true);
    else slow.write32(address, value);
  };
  core.writeUint16 = (address, value) => {
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES - 1) sramView.setUint16(offset, value, true);
    else slow.write16(address, value);
  };
  core.writeUint8 = (address, value) => {
    const offset = (address >>> 0) - RAM;
    if (offset >= 0 && offset < RAM_BYTES) sram[offset] = value;
    else slow.write8(address, value);
  };
}
