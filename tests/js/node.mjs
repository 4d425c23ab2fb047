// A js-libp2p node as the tests want it: on loopback, with a known key, its limits lifted, and what happens to it told as events.
import { createHash } from 'node:crypto'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { floodsub } from '@libp2p/floodsub'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { scissors } from './cut.mjs'
import { emit as print } from './lines.mjs'
import { serveStreams } from './streams.mjs'

/**
 * Options, all of them optional:
 *   listen       a multiaddr, or nothing for a node that only dials
 *   seed         a number; the Ed25519 key is made from its SHA-256, so that a peer id is known beforehand
 *   early        false: no muxer in Noise's extensions, and the peer's not looked at
 *   pubsub       'gossipsub' or 'floodsub'
 *   sign         false: StrictNoSign instead of StrictSign
 *   heartbeat    gossipsub's, in milliseconds (100)
 *   cut          see cut.mjs; an object, which may be changed later for connections to come
 *   patience     milliseconds that an upgrade may take (10000)
 *   quiet        true: no events on stdout
 */
export async function createNode (options) {
  const { listen, seed, early = true, pubsub, sign = true, heartbeat = 100, cut, patience = 10_000, quiet = false } = options
  const emit = quiet ? () => {} : print
  const wrap = cut == null
    ? { transport: same, encrypter: same }
    : scissors(cut, piece => emit('cut', { piece }))
  const policy = { globalSignaturePolicy: sign ? 'StrictSign' : 'StrictNoSign' }

  const node = await createLibp2p({
    start: false,
    privateKey: seed == null ? await generateKeyPair('Ed25519') : await generateKeyPairFromSeed('Ed25519', createHash('sha256').update(String(seed)).digest()),
    addresses: { listen: listen == null ? [] : [listen] },
    transports: [wrap.transport(tcp())],
    connectionEncrypters: [wrap.encrypter(told(noise(), early, emit))],
    streamMuxers: [yamux()],
    connectionManager: {
      inboundConnectionThreshold: 1_000_000,
      maxIncomingPendingConnections: 1000,
      maxConnections: 10_000,
      inboundUpgradeTimeout: patience,
      dialTimeout: patience,
      addressDialTimeout: patience
    },
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ping: ping({ maxInboundStreams: 1000 }),
      ...(pubsub === 'gossipsub' && { pubsub: gossipsub({ ...policy, heartbeatInterval: heartbeat }) }),
      ...(pubsub === 'floodsub' && { pubsub: floodsub(policy) })
    }
  })

  tell(node, emit)
  await serveStreams(node)
  await node.start()
  return node
}

/** Noise that tells, as the event 'secured', which muxers the peer named in its handshake, and that leaves early negotiation out if `early` is false. */
function told (factory, early, emit) {
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
        return secured
      }
    }
    return encrypter
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

const same = factory => factory
