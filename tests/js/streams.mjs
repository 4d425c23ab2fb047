// The small protocols that the tests speak, written on js-libp2p's stream interface.
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { pEvent } from 'p-event'

export const ECHO = '/echo/1.0.0'
export const SLOW_ECHO = '/slow-echo/1.0.0'
export const PERF = '/perf/1.0.0'
export const PING = '/ipfs/ping/1.0.0'

const MANY = { maxInboundStreams: 1000, maxOutboundStreams: 1000, runOnLimitedConnection: true }

/**
 * Serves /echo/1.0.0 (everything comes back until the peer half-closes), /slow-echo/1.0.0 (a rest after each piece) and /perf/1.0.0 (libp2p specs,
 * perf/perf.md).
 */
export async function serveStreams (node) {
  await node.handle(ECHO, async stream => {
    for await (const data of stream) {
      await write(stream, data)
    }
    await stream.close()
  }, MANY)

  await node.handle(SLOW_ECHO, async stream => {
    for await (const data of stream) {
      await delay(5)
      await write(stream, data)
    }
    await stream.close()
  }, MANY)

  await node.handle(PERF, async stream => {
    const head = Buffer.alloc(8)
    let received = 0
    for await (const data of stream) {
      if (received < 8) {
        head.set(data.subarray(0, 8 - received), received)
      }
      received += data.byteLength
    }
    await writeZeros(stream, Number(head.readBigUInt64BE()))
    await stream.close()
  }, MANY)
}

/** Sends `data` on a new echo stream, half-closes, and returns the time until the same bytes are back, in milliseconds. */
export async function echoOnce (connection, data) {
  const start = performance.now()
  const stream = await connection.newStream(ECHO, MANY)
  const sent = createHash('sha256').update(data).digest('hex')
  const hash = createHash('sha256')
  let count = 0
  const back = (async () => {
    for await (const part of stream) {
      count += part.byteLength
      hash.update(part.subarray())
    }
  })()
  // when the connection breaks, writing fails as well, and is the first to be waited for
  back.catch(() => {})
  await write(stream, data)
  await stream.close()
  await back
  const received = hash.digest('hex')
  if (count !== data.byteLength || received !== sent) {
    throw new Error(`echo of ${data.byteLength} bytes came back as ${count} bytes, sha256 ${received} instead of ${sent}`)
  }
  return performance.now() - start
}

/** Sends `data` on a new stream of a protocol, half-closes, and returns everything until the peer has ended its side. */
export async function request (connection, protocol, data) {
  const stream = await connection.newStream(protocol, MANY)
  const parts = []
  const back = (async () => {
    for await (const part of stream) {
      parts.push(part.subarray())
    }
  })()
  back.catch(() => {})
  await write(stream, data)
  await stream.close()
  await back
  return Buffer.concat(parts)
}

/** Opens `count` echo streams at once, each with a payload of its own of 1 to `size` bytes. */
export async function echoMany (connection, count, size) {
  const start = performance.now()
  const all = await Promise.allSettled(Array.from({ length: count }, (_, i) =>
    echoOnce(connection, randomBytes(1 + (i * 7919) % size))))
  const failed = all.filter(one => one.status === 'rejected').map(one => `${one.reason.name}: ${one.reason.message}`)
  return { echoed: count - failed.length, failed, ms: performance.now() - start }
}

/** The client's half of /perf/1.0.0. Times are in seconds: the upload ends when the peer has begun to answer or has closed. */
export async function perf (connection, upload, download) {
  const stream = await connection.newStream(PERF, MANY)
  const head = Buffer.alloc(8)
  head.writeBigUInt64BE(BigInt(download))

  const start = performance.now()
  let uploaded
  let received = 0
  const answer = (async () => {
    for await (const data of stream) {
      uploaded ??= performance.now()
      received += data.byteLength
    }
  })()
  answer.catch(() => {})
  await write(stream, head)
  await writeZeros(stream, upload)
  await stream.close()
  await answer
  const end = performance.now()
  uploaded ??= end
  if (received !== download) {
    throw new Error(`asked for ${download} bytes and got ${received}`)
  }
  return { uploadSeconds: (uploaded - start) / 1000, downloadSeconds: (end - uploaded) / 1000 }
}

/** Sends `count` bytes, half-closes, and waits until the peer has ended its side too. */
export async function sendTo (connection, protocol, count) {
  const start = performance.now()
  const stream = await connection.newStream(protocol, MANY)
  await writeZeros(stream, count)
  await stream.close()
  for await (const data of stream) {
    throw new Error(`${data.byteLength} bytes came back, where none were expected`)
  }
  return { ms: performance.now() - start }
}

/** `count` pings one after the other on one stream; round trips in milliseconds. */
export async function pings (connection, count) {
  const stream = await connection.newStream(PING, MANY)
  const times = []
  const replies = stream[Symbol.asyncIterator]()
  for (let i = 0; i < count; i++) {
    const sent = randomBytes(32)
    const start = performance.now()
    await write(stream, sent)
    const parts = []
    for (let have = 0; have < 32;) {
      const { value, done } = await replies.next()
      if (done) {
        throw new Error(`the peer ended the ping stream after ${i} of ${count} pings`)
      }
      parts.push(value.subarray())
      have += value.byteLength
    }
    times.push(performance.now() - start)
    if (!Buffer.concat(parts).equals(sent)) {
      throw new Error(`ping ${i} came back changed`)
    }
  }
  await stream.close()
  return times
}

async function writeZeros (stream, count) {
  const zeros = new Uint8Array(65536)
  for (let left = count; left > 0; left -= zeros.length) {
    await write(stream, left < zeros.length ? zeros.subarray(0, left) : zeros)
  }
}

async function write (stream, data) {
  if (!stream.send(data)) {
    await pEvent(stream, 'drain', { rejectionEvents: ['close'] })
  }
}
