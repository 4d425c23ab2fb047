// Hears a topic with js-libp2p: node subscriber.mjs [LISTEN] [TOPIC]
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const [listen = '/ip4/0.0.0.0/tcp/4001', topic = 'nanolibp2p/readings'] = process.argv.slice(2)
const node = await createLibp2p({
  addresses: { listen: [listen] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), ping: ping(), pubsub: gossipsub() }
})
node.services.pubsub.addEventListener('message', ({ detail }) => {
  console.log(`${detail.from} ${new TextDecoder().decode(detail.data)}`)
})
node.services.pubsub.subscribe(topic)
for (const address of node.getMultiaddrs()) {
  console.log(`dial = ${address}`)
}
