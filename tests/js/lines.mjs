// JSON lines: one object a line, events and answers on stdout, commands on stdin.
import { createInterface } from 'node:readline'

/** Prints one event. Bytes are printed as base64, big integers as decimal text. */
export function emit (event, fields = {}) {
  process.stdout.write(JSON.stringify({ event, ...fields }, plain) + '\n')
}

/**
 * Runs the commands that arrive on stdin, each as soon as it arrives: `{"id":1,"cmd":"ping","peer":"12D3..."}`.
 * The answer is `{"id":1,"ok":true,"result":...}` or `{"id":1,"ok":false,"error":{"name":...,"message":...}}`.
 * Returns when stdin ends.
 */
export async function serve (commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') {
      continue
    }
    const { id, cmd, ...args } = JSON.parse(line)
    run(commands, cmd, args).then(
      result => answer({ id, ok: true, result: result ?? null }),
      err => answer({ id, ok: false, error: describe(err) }))
  }
}

/** What an error says, for the reader's log: its name, its message and those of the errors inside. */
export function describe (err) {
  const said = { name: err.name ?? 'Error', message: err.message ?? String(err) }
  const inner = err.errors ?? (err.cause == null ? [] : [err.cause])
  return inner.length === 0 ? said : { ...said, errors: inner.map(describe) }
}

async function run (commands, cmd, args) {
  if (commands[cmd] == null) {
    throw new Error(`no command '${cmd}'; there are ${Object.keys(commands).join(', ')}`)
  }
  return commands[cmd](args)
}

function answer (fields) {
  process.stdout.write(JSON.stringify(fields, plain) + '\n')
}

function plain (_, value) {
  if (typeof value === 'bigint') {
    return value.toString()
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('base64')
  }
  // a Buffer has been through its own toJSON already
  return value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value
}
