// A js-libp2p node as the tests want it: on loopback, with a known key, its limits lifted, and what happens to it told as events.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { autoNAT } from '@libp2p/autonat'
import { autoNATv2 } from '@libp2p/autonat-v2'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { dcutr } from '@libp2p/dcutr'
import { fetch } from '@libp2p/fetch'
import { floodsub } from '@libp2p/floodsub'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { mdns as multicast } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { scissors } from './cut.mjs'
import { emit as print } from './lines.mjs'
import { serveStreams } from './streams.mjs'

/**
 * Options, all of them optional:
 *   listen       a multiaddr, or nothing for a node that only dials
 *   seed         a number; the Ed25519 key is made from its SHA-256, so that a peer id is known beforehand
 *   key          'Ed25519' (the default), 'RSA' or 'secp256k1', random without a seed; 'ECDSA', which js-libp2p has no peer ids for: an Ed25519 node whose
 *                handshakes prove an ECDSA key of node:crypto
 *   early        false: no muxer in Noise's extensions, and the peer's not looked at
 *   pubsub       'gossipsub' or 'floodsub'
 *   sign         false: StrictNoSign instead of StrictSign
 *   heartbeat    gossipsub's, in milliseconds (100)
 *   dht          a DHT server's protocol id, such as '/ipfs/kad/1.0.0', with private addresses, and values of the namespace 'test' that begin with 'good'
 *   autonat      'v1', 'v2' or 'both': AutoNAT, as server and as client
 *   fetch        an object of keys and values that the fetch protocol answers with; a key that begins with '/broken/' is an error
 *   mdns         options of @libp2p/mdns ({ port, serviceTag, interval }); who is found is told as the event 'peer:discovery'
 *   keepAlive    Yamux's interval between pings, in milliseconds
 *   cut          see cut.mjs; an object, which may be changed later for connections to come
 *   patience     milliseconds that an upgrade, or agreeing on a protocol, may take (30000: the machine may be busy)
 *   relay        'client' to dial and to be dialed through relays (the command reserve), 'server' to be one as well, without a limit of bytes or time, 'limited' with
 *                js-libp2p's own
 *   webSockets   true: WebSocket as well as TCP, for dialing and for listen; certificates of whatever authority are good
 *   dcutr        true: direct connections in place of relayed ones
 *   announce     a multiaddr that it announces beside its own, as if it knew what its NAT makes of them
 *   localPort    the port that its dials leave from, which js-libp2p otherwise leaves to the system
 *   quiet        true: no events on stdout
 */
export async function createNode (options) {
  const { listen, seed, key = 'Ed25519', early = true, pubsub, sign: signs = true, heartbeat = 100, dht, mdns, autonat, fetch: values, keepAlive, cut, patience = 30_000, relay, webSockets: hasWebSockets = false, dcutr: hasDcutr = false, announce, localPort, quiet = false } = options
  const emit = quiet ? () => {} : print
  const wrap = cut == null
    ? { transport: same, encrypter: same }
    : scissors(cut, piece => emit('cut', { piece }))
  if (hasWebSockets) {
    // the tests make their own certificates
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  }
  const frames = { largest: 0 }
  const policy = { globalSignaturePolicy: signs ? 'StrictSign' : 'StrictNoSign' }

  const node = await createLibp2p({
    start: false,
    privateKey: seed == null ? await generateKeyPair(key === 'ECDSA' ? 'Ed25519' : key) : await generateKeyPairFromSeed('Ed25519', createHash('sha256').update(String(seed)).digest()),
    addresses: { listen: listen == null ? [] : [listen], appendAnnounce: announce == null ? [] : [announce] },
    transports: [wrap.transport(tcp(localPort == null ? {} : { dialOpts: { localPort } })), ...(hasWebSockets ? [webSockets()] : []), ...(relay != null ? [circuitRelayTransport()] : [])],
    connectionEncrypters: [wrap.encrypter(told(key === 'ECDSA' ? proving(ecdsaKey(), noise()) : noise(), early, emit, frames))],
    peerDiscovery: mdns == null ? [] : [multicast(mdns)],
    streamMuxers: [yamux(keepAlive == null ? {} : { keepAliveInterval: keepAlive })],
    connectionManager: {
      inboundConnectionThreshold: 1_000_000,
      maxIncomingPendingConnections: 1000,
      maxConnections: 10_000,
      inboundUpgradeTimeout: patience,
      dialTimeout: patience,
      addressDialTimeout: patience,
      inboundStreamProtocolNegotiationTimeout: patience,
      outboundStreamProtocolNegotiationTimeout: patience
    },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      // libp2p's own connection monitor has a ping stream now and then
      ping: ping({ maxInboundStreams: 1000, maxOutboundStreams: 1000 }),
      ...((relay === 'server' || relay === 'limited') && {
        relay: circuitRelayServer({ reservations: { applyDefaultLimit: relay === 'limited', maxReservations: 1000 } })
      }),
      ...(dht != null && {
        dht: kadDHT({
          protocol: dht,
          clientMode: false,
          allowQueryWithZeroPeers: true,
          peerInfoMapper: passthroughMapper,
          validators: { test: good },
          selectors: { test: longest }
        })
      }),
      ...((autonat === 'v1' || autonat === 'both') && { autonat: autoNAT() }),
      ...((autonat === 'v2' || autonat === 'both') && { autonatV2: autoNATv2() }),
      ...(hasDcutr && { dcutr: dcutr() }),
      ...(values != null && { fetch: fetch() }),
      ...(pubsub === 'gossipsub' && { pubsub: gossipsub({ ...policy, heartbeatInterval: heartbeat }) }),
      ...(pubsub === 'floodsub' && { pubsub: floodsub(policy) })
    }
  })

  tell(node, emit)
  await serveStreams(node)
  if (values != null) {
    node.services.fetch.registerLookupFunction('/broken/', () => { throw new Error('it is broken') })
    node.services.fetch.registerLookupFunction('/', key => {
      const value = values[Buffer.from(key).toString()]
      return value == null ? undefined : Buffer.from(value)
    })
  }
  await node.start()
  node.frames = frames
  return node
}

/**
 * Noise that tells, as the event 'secured', which muxers the peer named in its handshake, that leaves early negotiation out if `early` is false, and that notes
 * the payload of the largest Yamux data frame.
 */
function told (factory, early, emit, frames) {
  return components => {
    const encrypter = factory(components)
    for (const name of ['secureInbound', 'secureOutbound']) {
      const secure = encrypter[name].bind(encrypter)
      encrypter[name] = async (wire, options) => {
        const secured = await secure(wire, { ...options, skipStreamMuxerNegotiation: !early })
        emit('secured', {
          peer: secured.remotePeer.toString(),
          muxers: secured.remoteExtensions?.streamMuxers ?? [],
          early: secured.streamMuxer != null
        })
        watch(secured.connection, frames)
        return secured
      }
    }
    return encrypter
  }
}

/** A key in the form of the peer-ids spec, which js-libp2p's own ECDSA keys and signatures are not in: SubjectPublicKeyInfo and DER. */
function ecdsaKey () {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicKey: { type: 'ECDSA', raw: publicKey.export({ type: 'spki', format: 'der' }) },
    sign: message => sign('sha256', message.subarray(), privateKey)
  }
}

/** Noise that shows another key than the node's own. */
function proving (privateKey, factory) {
  return components => factory(new Proxy(components, { get: (real, name) => name === 'privateKey' ? privateKey : real[name] }))
}

function watch (secured, frames) {
  const send = secured.send.bind(secured)
  secured.send = data => {
    // Yamux sends a frame at a time: version 0, type 0, flags, stream id, length
    const head = data.subarray(0, 12)
    if (head.length === 12 && head[0] === 0 && head[1] === 0) {
      frames.largest = Math.max(frames.largest, Buffer.from(head).readUInt32BE(8))
    }
    return send(data)
  }
}

function tell (node, emit) {
  const connection = detail => ({
    peer: detail.remotePeer.toString(),
    addr: detail.remoteAddr.toString(),
    direction: detail.direction,
    muxer: detail.multiplexer,
    security: detail.encryption
  })
  node.addEventListener('connection:open', ({ detail }) => emit('connection:open', connection(detail)))
  node.addEventListener('connection:close', ({ detail }) => emit('connection:close', connection(detail)))
  node.addEventListener('peer:connect', ({ detail }) => emit('peer:connect', { peer: detail.toString() }))
  node.addEventListener('peer:disconnect', ({ detail }) => emit('peer:disconnect', { peer: detail.toString() }))
  node.addEventListener('peer:discovery', ({ detail }) => emit('peer:discovery', {
    peer: detail.id.toString(),
    addrs: detail.multiaddrs.map(one => one.toString())
  }))
  node.addEventListener('peer:identify', ({ detail }) => emit('peer:identify', identified(detail)))
  node.addEventListener('peer:update', ({ detail }) => emit('peer:update', {
    peer: detail.peer.id.toString(),
    protocols: detail.peer.protocols,
    addrs: detail.peer.addresses.map(one => one.multiaddr.toString())
  }))

  const pubsub = node.services.pubsub
  if (pubsub == null) {
    return
  }
  pubsub.addEventListener('message', ({ detail }) => emit('message', {
    topic: detail.topic,
    signed: detail.type === 'signed',
    from: detail.from?.toString(),
    seqno: detail.sequenceNumber,
    data: detail.data
  }))
  pubsub.addEventListener('subscription-change', ({ detail }) => emit('subscriptions', {
    peer: detail.peerId.toString(),
    topics: detail.subscriptions
  }))
  for (const name of ['graft', 'prune']) {
    pubsub.addEventListener(`gossipsub:${name}`, ({ detail }) => emit(name, { peer: detail.peerId, topic: detail.topic, direction: detail.direction }))
  }
}

/** What identify said of a peer. */
export function identified (result) {
  return {
    peer: result.peerId.toString(),
    protocolVersion: result.protocolVersion,
    agent: result.agentVersion,
    protocols: result.protocols,
    addrs: result.listenAddrs.map(String),
    observed: result.observedAddr?.toString(),
    signedRecord: result.signedPeerRecord != null
  }
}

async function good (key, value) {
  if (!Buffer.from(value).toString().startsWith('good')) {
    throw new Error('not a good value')
  }
}

function longest (key, values) {
  return values.reduce((best, value, i) => value.length > values[best].length ? i : best, 0)
}

const same = factory => factory
