// The transport-interop contract of the libp2p project (github.com/libp2p/test-plans, and its successor github.com/libp2p/unified-testing), js-libp2p's side.
// All settings come from the environment. The dialer prints its figures on stdout; all else goes to stderr. Exit code 0: it went well.
import { createClient } from '@redis/client'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode } from './node.mjs'
import { pings } from './streams.mjs'

const unified = process.env.IS_DIALER != null
const settings = unified
  ? {
      dialer: process.env.IS_DIALER === 'true',
      redis: process.env.REDIS_ADDR ?? 'redis:6379',
      key: `${required('TEST_KEY')}_listener_multiaddr`,
      transport: process.env.TRANSPORT ?? 'tcp',
      security: process.env.SECURE_CHANNEL ?? 'noise',
      muxer: process.env.MUXER ?? 'yamux',
      ip: process.env.LISTENER_IP ?? '0.0.0.0',
      seconds: 180
    }
  : {
      dialer: required('is_dialer') === 'true',
      redis: process.env.redis_addr ?? 'redis:6379',
      key: 'listenerAddr',
      transport: required('transport'),
      security: process.env.security ?? 'noise',
      muxer: process.env.muxer ?? 'yamux',
      ip: process.env.ip ?? '0.0.0.0',
      seconds: Number(process.env.test_timeout_seconds ?? 180)
    }

for (const [name, only] of [['transport', 'tcp'], ['security', 'noise'], ['muxer', 'yamux']]) {
  if (settings[name] !== only) {
    fail(`${name} '${settings[name]}' is not spoken here; only ${only} is`)
  }
}
setTimeout(() => fail(`not done after ${settings.seconds} seconds`), settings.seconds * 1000).unref()

const redis = createClient({ url: `redis://${settings.redis}` })
redis.on('error', err => fail(`redis at ${settings.redis}: ${err.message}`))
await redis.connect()

if (settings.dialer) {
  const node = await createNode({ quiet: true })
  const found = await redis.blPop(settings.key, settings.seconds)
  if (found == null) {
    fail(`no address in ${settings.key} after ${settings.seconds} seconds`)
  }
  const start = performance.now()
  const connection = await node.dial(multiaddr(found.element))
  const [first] = await pings(connection, 1)
  const both = performance.now() - start
  // the first ping opened its stream too: it belongs to the handshake figure, not to the round trip
  const [rtt] = await pings(connection, 1)
  console.error(`connected to ${found.element}, first ping ${first} ms`)
  console.log(unified
    ? `latency:\n  handshake_plus_one_rtt: ${both}\n  ping_rtt: ${rtt}\n  unit: ms`
    : JSON.stringify({ handshakePlusOneRTTMillis: both, pingRTTMilllis: rtt }))
  process.exit(0)
}

const node = await createNode({ quiet: true, listen: `/ip4/${settings.ip}/tcp/0` })
const addresses = node.getMultiaddrs().map(String)
const address = addresses.find(one => !one.startsWith('/ip4/127.')) ?? addresses[0]
await redis.rPush(settings.key, address)
console.error(`listening at ${address}`)
// the dialer ends the run: the listener waits to be stopped
process.on('SIGTERM', () => process.exit(0))

function required (name) {
  return process.env[name] ?? fail(`${name} is not set`)
}

function fail (sentence) {
  console.error(sentence)
  process.exit(1)
}
