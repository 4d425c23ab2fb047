// What js-libp2p's gossipsub makes of an RPC with messages under StrictSign, by the very functions that it decodes and verifies them with. They are not
// exported, so they are imported by their files.
const gossipsub = new URL('./node_modules/@libp2p/gossipsub/dist/src/', import.meta.url)

/** One verdict for each message: 'accept', or why not. An RPC that can't be decoded has one. */
export async function judge (bytes) {
  const { RPC } = await import(new URL('message/rpc.js', gossipsub))
  const { validateToRawMessage } = await import(new URL('utils/buildRawMessage.js', gossipsub))
  let rpc
  try {
    rpc = RPC.decode(bytes)
  } catch (error) {
    return [`not decoded: ${error.message}`]
  }
  return Promise.all(rpc.messages.map(async message => {
    const { valid, error } = await validateToRawMessage('StrictSign', message)
    return valid ? 'accept' : error
  }))
}
