// Log-in by peer id (libp2p specs, http/peer-id-auth.md), written apart from the C#, with js-libp2p's keys.
//   node login.mjs sign SEED NAME=TEXT NAME:HEX...   signs parameters, texts or bytes: {"data","signature"}
//   node login.mjs login SEED URL                    logs in at a server: {"server","bearer"}
//   node login.mjs serve SEED                        serves on loopback: {"url"}, then {"client"} for each that has logged in
// SEED is hex, of an Ed25519 key. Ends with 1 when the other side does not prove who it is.
import crypto from 'node:crypto'
import http from 'node:http'
import { generateKeyPairFromSeed, publicKeyFromProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'

const scheme = 'libp2p-PeerID'
const utf8 = text => Buffer.from(text, 'utf8')
const tell = json => process.stdout.write(JSON.stringify(json) + '\n')
const encode = bytes => Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
const decode = text => Buffer.from(text, 'base64url')
const idOf = key => peerIdFromPublicKey(key).toString()
const challenge = () => encode(crypto.randomBytes(32))

function lengthOf (count) {
  const made = []
  for (; count > 127; count = Math.floor(count / 128)) made.push(count % 128 + 128)
  return Buffer.from([...made, count])
}

function dataToSign (parameters) {
  const parts = Object.keys(parameters).sort().map(name => Buffer.concat([utf8(name + '='), Buffer.from(parameters[name])]))
  return Buffer.concat([utf8(scheme), ...parts.flatMap(part => [lengthOf(part.length), part])])
}

const clientSigns = (text, serverKey, hostname) => dataToSign({
  'challenge-client': utf8(text), 'server-public-key': publicKeyToProtobuf(serverKey), hostname: utf8(hostname)
})
const serverSigns = (text, clientKey, hostname) => dataToSign({
  'challenge-server': utf8(text), 'client-public-key': publicKeyToProtobuf(clientKey), hostname: utf8(hostname)
})

// RFC 9110, section 11.2
function parametersOf (header) {
  if (!header?.startsWith(scheme + ' ')) throw new Error(`no header of ${scheme}: ${header}`)
  return Object.fromEntries([...header.slice(scheme.length).matchAll(/[ ,]([a-z-]+)="([^"]*)"/g)].map(one => one.slice(1)))
}

const write = parameters => `${scheme} ` + Object.entries(parameters).map(([name, value]) => `${name}="${value}"`).join(', ')

async function login (key, url) {
  const first = await fetch(url)
  const asked = parametersOf(first.headers.get('www-authenticate'))
  if (first.status !== 401) throw new Error(`${first.status} instead of a challenge`)
  const server = publicKeyFromProtobuf(decode(asked['public-key']))
  const back = challenge()
  const hostname = new URL(url).hostname
  const second = await fetch(url, {
    headers: {
      authorization: write({
        'public-key': encode(publicKeyToProtobuf(key.publicKey)),
        opaque: asked.opaque,
        'challenge-server': back,
        sig: encode(await key.sign(clientSigns(asked['challenge-client'], server, hostname)))
      })
    }
  })
  if (second.status !== 200) throw new Error(`${second.status}: ${await second.text()}`)
  const info = parametersOf(second.headers.get('authentication-info'))
  if (!await server.verify(serverSigns(back, key.publicKey, hostname), decode(info.sig))) throw new Error('the server proves nothing')
  tell({ server: idOf(server), bearer: info.bearer })
}

async function answer (key, open, request, response) {
  const hostname = request.headers.host.split(':')[0]
  const given = request.headers.authorization ? parametersOf(request.headers.authorization) : {}
  const asked = open.get(given.opaque)
  if (asked == null) {
    const opaque = challenge()
    open.set(opaque, challenge())
    const shown = { 'challenge-client': open.get(opaque), 'public-key': encode(publicKeyToProtobuf(key.publicKey)), opaque }
    response.writeHead(401, { 'www-authenticate': write(shown) }).end()
    return
  }

  open.delete(given.opaque)
  const client = publicKeyFromProtobuf(decode(given['public-key']))
  if (!await client.verify(clientSigns(asked, key.publicKey, hostname), decode(given.sig))) {
    response.writeHead(401).end('the signature is wrong')
    return
  }

  tell({ client: idOf(client) })
  const sig = encode(await key.sign(serverSigns(given['challenge-server'], client, hostname)))
  response.writeHead(200, { 'authentication-info': write({ sig, bearer: 'js' }) }).end()
}

const [what, seed, ...rest] = process.argv.slice(2)
const key = await generateKeyPairFromSeed('Ed25519', Buffer.from(seed, 'hex'))
if (what === 'sign') {
  const data = dataToSign(Object.fromEntries(rest.map(one => {
    const [, name, kind, value] = /^([a-z-]+)([=:])(.*)$/.exec(one)
    return [name, Buffer.from(value, kind === '=' ? 'utf8' : 'hex')]
  })))
  tell({ data: data.toString('hex'), signature: encode(await key.sign(data)) })
} else if (what === 'login') {
  await login(key, rest[0]).catch(e => { process.stderr.write(e.message + '\n'); process.exitCode = 1 })
} else {
  const open = new Map()
  const server = http.createServer((request, response) => answer(key, open, request, response)
    .catch(e => response.writeHead(400).end(e.message)))
  server.listen(0, '127.0.0.1', () => tell({ url: `http://127.0.0.1:${server.address().port}/` }))
  process.stdin.on('end', () => process.exit()).resume()
}
