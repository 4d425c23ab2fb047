// The figures that js-libp2p reaches against an address, to set others beside.
import { setTimeout as delay } from 'node:timers/promises'
import { perf, pings } from './streams.mjs'

/**
 * Measures each figure several times, the figures' rounds interleaved, and returns all samples: milliseconds, and megabytes (10^6) a second. Between connections
 * it rests for `rest` milliseconds, in which the other side gets rid of the last one.
 */
export async function bench (node, address, { rounds = 10, connects = 5, rest = 0, pingCount = 50, bytes = 10_000_000 }) {
  const samples = { connectMs: [], pingMs: [], uploadMBs: [], downloadMBs: [] }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < connects; i++) {
      const start = performance.now()
      const connection = await node.dial(address)
      samples.connectMs.push(performance.now() - start)
      await connection.close()
      await delay(rest)
    }
    const connection = await node.dial(address)
    samples.pingMs.push(...await pings(connection, pingCount))
    samples.uploadMBs.push(bytes / 1e6 / await seconds(connection, bytes, 0))
    samples.downloadMBs.push(bytes / 1e6 / await seconds(connection, 0, bytes))
    await connection.close()
  }
  const medians = Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, median(values)]))
  return { medians, samples }
}

/** A transfer from its first byte to its end on the open stream, the time to the first byte of the answer included. */
async function seconds (connection, upload, download) {
  const { uploadSeconds, downloadSeconds } = await perf(connection, upload, download)
  return uploadSeconds + downloadSeconds
}

function median (values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
