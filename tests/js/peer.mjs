// One js-libp2p node, driven by JSON lines. Its options (node.mjs) are the one argument: node peer.mjs '{"listen":"/ip4/127.0.0.1/tcp/0"}'
import { setTimeout } from 'node:timers/promises'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import { bench } from './bench.mjs'
import { gatewayCommands } from './gateway.mjs'
import { judge } from './judge.mjs'
import { emit, serve } from './lines.mjs'
import { createNode, identified } from './node.mjs'
import { echoMany, perf, pings, request, sendTo } from './streams.mjs'

const options = JSON.parse(process.argv[2] ?? '{}')
const node = await createNode(options)
emit('listening', { peer: node.peerId.toString(), addrs: node.getMultiaddrs().map(String) })

await serve({
  /** Connects to `addr` and says what came of it. */
  async dial ({ addr, timeout = 30_000 }) {
    const start = performance.now()
    const made = await node.dial(multiaddr(addr), { signal: AbortSignal.timeout(timeout) })
    return { peer: made.remotePeer.toString(), muxer: made.multiplexer, security: made.encryption, ms: performance.now() - start }
  },

  /** `count` pings on one stream; round trips in milliseconds. */
  async ping ({ peer, count = 1 }) {
    return { ms: await pings(await connection(peer), count) }
  },

  /** Asks who `peer` is; what js asks by itself after a connect takes the one stream that js allows, and is waited for. */
  async identify ({ peer }) {
    for (;;) {
      try {
        return identified(await node.services.identify.identify(await connection(peer)))
      } catch (err) {
        if (err.name !== 'TooManyOutboundProtocolStreamsError') throw err
        await setTimeout(10)
      }
    }
  },

  /** Sends identify push to every connected peer. */
  async push () {
    await node.services.identifyPush.push()
  },

  /** Serves one more protocol, which changes what identify says (and pushes it). */
  async handle ({ protocol }) {
    await node.handle(protocol, stream => stream.close())
  },

  /** What the peer store holds of a peer: identify's answer, as changed by pushes since; `certified` are the addresses of its signed record. */
  async known ({ peer }) {
    const known = await node.peerStore.get(peerIdFromString(peer))
    return {
      protocols: known.protocols,
      addrs: known.addresses.map(one => one.multiaddr.toString()),
      certified: known.addresses.filter(one => one.isCertified).map(one => one.multiaddr.toString())
    }
  },

  /** The addresses that it announces: those that are private, or that AutoNAT has verified. */
  async verified () {
    return node.getMultiaddrs().map(String)
  },

  /** Asks a peer for the value of a key by the fetch protocol: text, or null when the peer has none. */
  async fetch ({ peer, key }) {
    const value = await node.services.fetch.fetch(peerIdFromString(peer), key, timed())
    return value == null ? null : Buffer.from(value).toString()
  },

  /** Opens a stream for a protocol and closes it: an error if the peer doesn't speak it. */
  async open ({ peer, protocol }) {
    const stream = await (await connection(peer)).newStream(protocol)
    await stream.close()
  },

  /** Sends bytes on a new stream, half-closes, and returns what the peer sends until it ends its side. */
  async request ({ peer, protocol, data }) {
    return (await request(await connection(peer), protocol, Buffer.from(data, 'base64'))).toString('base64')
  },

  /** `count` echo streams at once, each with its own payload of up to `size` bytes. */
  async echo ({ peer, count = 1, size = 4096 }) {
    return echoMany(await connection(peer), count, size)
  },

  async perf ({ peer, upload = 0, download = 0 }) {
    return perf(await connection(peer), upload, download)
  },

  /** `count` bytes to a protocol that only takes. */
  async send ({ peer, protocol, count }) {
    return sendTo(await connection(peer), protocol, count)
  },

  /** The payload of the largest Yamux data frame that this node has sent. */
  async largestFrame () {
    return node.frames.largest
  },

  async subscribe ({ topic }) {
    node.services.pubsub.subscribe(topic)
  },

  async unsubscribe ({ topic }) {
    node.services.pubsub.unsubscribe(topic)
  },

  /** Who subscribed to a topic, as far as a message would reach them: gossipsub hears of a subscription before its own stream to the peer is open. */
  async subscribers ({ topic }) {
    const { pubsub } = node.services
    return pubsub.getSubscribers(topic).map(String).filter(peer => pubsub.streamsOutbound?.has(peer) ?? true)
  },

  async publish ({ topic, data }) {
    const { recipients } = await node.services.pubsub.publish(topic, Buffer.from(data, 'base64'))
    return { recipients: recipients.map(String) }
  },

  /** What gossipsub makes of each of some RPCs with messages. */
  async judge ({ rpcs }) {
    return Promise.all(rpcs.map(rpc => judge(Buffer.from(rpc, 'base64'))))
  },

  /** How many servers the DHT's routing table holds. */
  async dhtSize () {
    return node.services.dht.routingTable.size
  },

  async dhtPut ({ key, value }) {
    await node.contentRouting.put(Buffer.from(key), Buffer.from(value), timed())
  },

  async dhtGet ({ key }) {
    return Buffer.from(await node.contentRouting.get(Buffer.from(key), timed())).toString()
  },

  async dhtProvide ({ cid }) {
    await node.contentRouting.provide(CID.parse(cid), timed())
  },

  /** The providers of a CID that the DHT tells, with their addresses. */
  async dhtProviders ({ cid }) {
    const found = []
    for await (const { id, multiaddrs } of node.contentRouting.findProviders(CID.parse(cid), timed())) {
      found.push({ peer: id.toString(), addrs: multiaddrs.map(String) })
    }
    return found
  },

  /** Stops the pubsub service, on living connections: it ends its streams, serves its protocols no more and forgets its subscriptions. */
  async stopPubsub () {
    await node.services.pubsub.stop()
  },

  async startPubsub () {
    await node.services.pubsub.start()
  },

  /** Every connection that is open, with its streams' protocols. */
  async connections () {
    return node.getConnections().map(one => ({
      peer: one.remotePeer.toString(),
      direction: one.direction,
      streams: one.streams.map(stream => `${stream.direction} ${stream.protocol}`)
    }))
  },

  async disconnect ({ peer }) {
    await node.hangUp(peerIdFromString(peer))
  },

  /** Ends the connection with a reset. */
  async abort ({ peer }) {
    (await connection(peer)).abort(new Error('asked to abort'))
  },

  /** Cuts the connections that begin after this as cut.mjs says; only for a node that was started with `cut`, if only with {}. */
  async cut ({ piece, keep, how }) {
    Object.assign(options.cut, { piece, keep, how })
  },

  async bench ({ addr, ...rounds }) {
    return bench(node, multiaddr(addr), rounds)
  },

  ...gatewayCommands(node),

  async stop () {
    await node.stop()
    setImmediate(() => process.exit(0))
  }
})

// the test is over: no farewells
process.exit(0)

function timed () {
  return { signal: AbortSignal.timeout(15_000) }
}

// whoever dials hears of a connection before this side has announced it, and may ask for something at once
async function connection (peer) {
  const open = () => node.getConnections(peer == null ? undefined : peerIdFromString(peer)).find(one => one.status === 'open')
  const { signal } = timed()
  while (open() == null) {
    if (signal.aborted) {
      throw new Error(`no open connection to ${peer ?? 'anybody'}`)
    }
    await setTimeout(10)
  }
  return open()
}
