// Scissors: an unmodified js-libp2p node whose output ends at a chosen place, so that its peer meets every way a connection can break off.
//
// What a node sends is a row of pieces, in this order (d: only a dialer sends it, l: only a listener, +: only without early muxer negotiation):
//
//   multistream      "/multistream/1.0.0"
//   noise            "/noise"
//   noise-1 (d)      e
//   noise-2 (l)      e, ee, s, es and the payload
//   noise-3 (d)      s, se and the payload
//   muxer (+)        the first record: multistream-select's header and, from a dialer, "/yamux/1.0.0"
//   frame            the first record with a Yamux frame
//   data             the first record with a Yamux frame that carries data
//
// `{ piece, keep, how }`: all before `piece` passes, and of the piece itself `keep`: 'none', 'half' or 'all'; then `how`: 'close' (FIN), 'reset' (RST) or 'stall' (nothing
// more is sent and the socket stays open). With keep 'inside', for 'muxer', 'frame' and 'data', the record is whole and what is in it is half.

const HANDSHAKE = { outbound: ['multistream', 'noise', 'noise-1', 'noise-3'], inbound: ['multistream', 'noise', 'noise-2'] }

/**
 * Wraps a transport factory and a connection encrypter factory, so that `spec` is done to every connection; `report(piece)` is called each time.
 * `spec` may be changed at any time, and counts for connections that begin after that; without a piece nothing is cut.
 */
export function scissors (spec, report) {
  const cuts = new WeakMap()

  return {
    transport: factory => components => {
      const transport = factory(components)
      const { dial, createListener } = transport
      const hook = options => ({
        ...options,
        upgrader: {
          upgradeInbound: (wire, more) => {
            cuts.set(wire, new Cut(wire, 'inbound', { ...spec }, report))
            return options.upgrader.upgradeInbound(wire, more)
          },
          upgradeOutbound: (wire, more) => {
            cuts.set(wire, new Cut(wire, 'outbound', { ...spec }, report))
            return options.upgrader.upgradeOutbound(wire, more)
          }
        }
      })
      transport.dial = (address, options) => dial.call(transport, address, hook(options))
      transport.createListener = options => createListener.call(transport, hook(options))
      return transport
    },

    encrypter: factory => components => {
      const encrypter = factory(components)
      for (const name of ['secureInbound', 'secureOutbound']) {
        const secure = encrypter[name].bind(encrypter)
        encrypter[name] = async (wire, options) => {
          const secured = await secure(wire, options)
          cuts.get(wire).inside(secured.connection)
          return secured
        }
      }
      return encrypter
    }
  }
}

class Cut {
  constructor (wire, direction, spec, report) {
    this.wire = wire
    this.spec = spec
    this.report = report
    this.handshake = [...HANDSHAKE[direction]]
    this.record = null // what the next record on the wire holds
    this.done = false

    const send = wire.send.bind(wire)
    wire.send = data => this.done ? true : this.pass(data, send)

    if (spec.piece === 'multistream' && spec.keep === 'none') {
      // a dialer would send at once and a listener only after it was spoken to: both end here, before a byte
      this.done = true
      setImmediate(() => this.end())
    }
  }

  /** Watches what goes into Noise, to know what the records hold. */
  inside (secured) {
    const send = secured.send.bind(secured)
    secured.send = data => {
      if (this.done) {
        return true
      }
      const bytes = data.subarray()
      // multistream-select starts with its length, 19, and Yamux with version 0 and a type, of which 0 is data
      const name = bytes[0] !== 0 ? 'muxer' : bytes[1] === 0 && bytes.length > 12 ? 'data' : 'frame'
      if (this.spec.keep === 'inside' && this.is(name)) {
        send(bytes.subarray(0, bytes.length >> 1))
        this.end()
        return true
      }
      this.record = name
      return send(data)
    }
  }

  /** Passes what goes to the socket, up to the cut. */
  pass (data, send) {
    for (let offset = 0; offset < data.byteLength;) {
      const name = this.handshake.shift() ?? this.record
      const left = data.byteLength - offset
      // a dialer sends multistream's header and its proposal together, each behind its length; all else is one piece a send
      const length = name === 'multistream' || name === 'noise' ? Math.min(left, 1 + data.subarray(offset, offset + 1)[0]) : left
      if (this.is(name) && this.spec.keep !== 'inside') {
        const keep = offset + { none: 0, half: length >> 1, all: length }[this.spec.keep]
        if (keep > 0) {
          send(data.subarray(0, keep))
        }
        this.end()
        return true
      }
      offset += length
    }
    return send(data)
  }

  /** Data is a frame too: the first frame of a stream that is opened and written at once may already carry some. */
  is (name) {
    return name === this.spec.piece || (name === 'data' && this.spec.piece === 'frame')
  }

  end () {
    this.done = true
    if (this.spec.how === 'close') {
      this.wire.close().catch(() => {})
    } else if (this.spec.how === 'reset') {
      this.wire.abort(new Error(`cut at ${this.spec.piece}`))
    }
    this.report(this.spec.piece)
  }
}
