// The computer at the other end of the chip's USB: enumerates it as a serial port, then moves bytes.
// While it has nothing to say it answers nothing, as a host that sends no packet does.

import { USBCDC } from "./package.mjs";

const PACKET_NANOS = 60_000; // 64 bytes at full speed, with the bus's own share

// onData(bytes, host): what the chip wrote.  up: enumerated, the port is open.
export class UsbHost {
  constructor() {
    this.onData = () => {};
    this.attached = true; // a cable and a computer
    this.reading = true; // a program takes what comes
    this.queue = [];
    this.forget();
  }

  forget() {
    this.up = false;
    this.wanted = -1; // bytes the chip is ready for, -1: not ready
    this.held = null;
    this.usb = null;
  }

  unplug() {
    this.forget();
    this.queue.length = 0;
  }

  plug(mcu) {
    this.forget();
    const usb = mcu.usbCtrl;
    this.usb = usb;
    this.pause = mcu.clock.createAlarm(() => this.pump());
    const cdc = new USBCDC(usb);
    this.cdc = cdc;
    if (!this.attached) {
      usb.onUSBEnabled = () => {};
      return;
    }
    cdc.onDeviceConnected = () => {
      this.up = true;
    };
    cdc.onSerialData = (bytes) => this.onData(bytes);
    usb.onEndpointRead = (endpoint, size) => {
      if (endpoint !== cdc.outEndpoint) return;
      this.wanted = size;
      this.pump();
    };
    const ready = usb.indicateBufferReady.bind(usb);
    usb.indicateBufferReady = (endpoint, out) => {
      if (!out && endpoint === cdc.inEndpoint && !this.reading) this.held = () => ready(endpoint, out);
      else ready(endpoint, out);
    };
  }

  read(reading) {
    this.reading = reading;
    if (reading && this.held) {
      this.held();
      this.held = null;
    }
  }

  // The program opens or closes the port (DTR).
  open(open) {
    if (this.up) this.cdc.cdcSetControlLineState(open ? 3 : 0);
  }

  send(bytes) {
    for (const byte of bytes) this.queue.push(byte);
    this.pump();
  }

  pump() {
    if (this.wanted < 0 || !this.queue.length || !this.up) return;
    const bytes = Uint8Array.from(this.queue.splice(0, Math.min(this.wanted, 64)));
    this.wanted = -1;
    this.usb.endpointReadDone(this.cdc.outEndpoint, bytes, PACKET_NANOS / 1000);
  }
}
