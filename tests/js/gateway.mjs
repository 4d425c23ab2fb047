// What the figures of a gateway measure with: commands of peer.mjs, the same that our own peer of tools/NanoLibp2p.Bench has.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { echoOnce } from './streams.mjs'

// between messages that begin an exchange, and after the last answer to them, in milliseconds
const REST = 500

export function gatewayCommands (node) {
  const heard = new Map()

  return {
    /** Reserves at the relay `addr` and returns the address that one is dialed at then. */
    async reserve ({ addr }) {
      await node.components.transportManager.listen([multiaddr(`${addr}/p2p-circuit`)])
      for (;;) {
        const circuit = node.getMultiaddrs().map(String).find(one => one.includes('/p2p-circuit'))
        if (circuit != null) {
          return { addr: circuit }
        }
        await delay(20)
      }
    },

    /** `count` connections, `parallel` at a time; they are closed afterwards, which is not timed. */
    async connects ({ addr, count, parallel }) {
      const target = multiaddr(addr)
      const start = performance.now()
      const open = []
      let left = count
      await Promise.all(Array.from({ length: parallel }, async () => {
        while (left-- > 0) {
          open.push(await node.dial(target, { force: true }))
        }
      }))
      const seconds = (performance.now() - start) / 1000
      // some are still being identified
      await Promise.allSettled(open.map(one => one.close()))
      return { seconds }
    },

    /** Connects and has one byte echoed, `count` times anew; milliseconds. */
    async firstByte ({ addr, count, stranger }) {
      const ms = []
      for (let i = 0; i < count; i++) {
        if (stranger) {
          await node.peerStore.delete(peerIdFromString(multiaddr(addr).toString().split('/p2p/').pop()))
        }
        const start = performance.now()
        const connection = await node.dial(multiaddr(addr), { force: true })
        await echoOnce(connection, new Uint8Array(1))
        ms.push(performance.now() - start)
        await node.hangUp(connection.remotePeer)
      }
      return { ms }
    },

    /** `size` bytes there and back on one stream; milliseconds. */
    async echoBytes ({ peer, size }) {
      const connection = node.getConnections().find(one => one.remotePeer.toString() === peer)
      return { ms: await echoOnce(connection, randomBytes(size)) }
    },

    /** Subscribes to both topics and publishes a message on `ack` after every so many that come on `topic`. */
    async acknowledge ({ topic, ack, every }) {
      let count = 0
      await listen(topic, () => {
        if (++count % every === 0) {
          node.services.pubsub.publish(ack, new Uint8Array(1)).catch(() => {})
        }
      })
      node.services.pubsub.subscribe(ack)
    },

    /** Publishes `count` messages of `size` bytes, and waits for one on `ack` after each `window` of them; milliseconds of each window. */
    async exchange ({ topic, ack, count, size, window }) {
      if (!heard.has(ack)) {
        const waiting = { come: 0, wake: () => {} }
        heard.set(ack, waiting)
        await listen(ack, () => {
          waiting.come++
          waiting.wake()
        })
      }
      const waiting = heard.get(ack)
      const data = new Uint8Array(size)
      await open(topic, data, window, waiting)
      const ms = []
      const all = performance.now()
      for (let i = 0; i < count; i += window) {
        const start = performance.now()
        for (let j = 0; j < window; j++) {
          await node.services.pubsub.publish(topic, data)
        }
        while (waiting.come === 0) {
          await new Promise(resolve => { waiting.wake = resolve })
        }
        waiting.come--
        ms.push(performance.now() - start)
      }
      return { seconds: (performance.now() - all) / 1000, ms }
    },

    /** What this process has taken. */
    async usage () {
      const { user, system } = process.cpuUsage()
      const { rss, heapUsed } = process.memoryUsage()
      return { cpuSeconds: (user + system) / 1e6, rssBytes: rss, heapBytes: heapUsed }
    }
  }

  /** Publishes until an answer comes: all have heard of all subscriptions then. Answers that are late have their time to come. */
  async function open (topic, data, window, waiting) {
    waiting.come = 0
    while (waiting.come === 0) {
      for (let i = 0; i < window; i++) {
        await node.services.pubsub.publish(topic, data).catch(() => {})
      }
      await delay(REST)
    }
    let come
    do {
      come = waiting.come
      await delay(REST)
    } while (come !== waiting.come)
    waiting.come = 0
  }

  async function listen (topic, hear) {
    const { pubsub } = node.services
    pubsub.addEventListener('message', event => {
      if (event.detail.topic === topic && event.detail.from?.toString() !== node.peerId.toString()) {
        hear()
      }
    })
    pubsub.subscribe(topic)
  }
}
