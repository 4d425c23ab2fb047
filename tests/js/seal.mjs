// Sealed mail of the postbox protocol (protocols/NanoLibp2p.Postbox/SPEC.md 5), written apart from the C#: Noise X on Node's own crypto.
//   node seal.mjs open SEED ITEM           opens an item with the recipient's Ed25519 seed: {"sender","sent","subject","body","proofKey"}
//   node seal.mjs seal SEED TO SENT BODY   seals for the Ed25519 public key TO: {"item"}; SUBJECT and PROOF_KEY from the environment
// Everything but SENT is hex.
import crypto from 'node:crypto'

const P = 2n ** 255n - 19n
const bytes = (...parts) => Buffer.concat(parts.map(part => Buffer.from(part)))
const hex = text => Buffer.from(text, 'hex')
const sha256 = data => crypto.createHash('sha256').update(data).digest()
const toNumber = le => BigInt('0x' + Buffer.from(le).reverse().toString('hex'))
const toBytes = n => Buffer.from(n.toString(16).padStart(64, '0'), 'hex').reverse()
const mod = n => ((n % P) + P) % P

function inverse (n) {
  let result = 1n
  for (let base = mod(n), e = P - 2n; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * base)
    base = mod(base * base)
  }
  return result
}

const toX = key => { const y = toNumber(key) & (2n ** 255n - 1n); return toBytes(mod((1n + y) * inverse(1n - y))) }
const toEd = (key, sign) => { const u = toNumber(key); return toBytes(mod((u - 1n) * inverse(u + 1n)) | (BigInt(sign) << 255n)) }
const privateX = seed => crypto.createHash('sha512').update(seed).digest().subarray(0, 32)
const der = { x: '302e020100300506032b656e04220420', ed: '302e020100300506032b657004220420' }
const privateKey = (kind, key) => crypto.createPrivateKey({ key: bytes(hex(der[kind]), key), format: 'der', type: 'pkcs8' })
const publicOf = (kind, key) => crypto.createPublicKey(privateKey(kind, key)).export({ format: 'der', type: 'spki' }).subarray(-32)
const publicX = key => crypto.createPublicKey({ key: bytes(hex('302a300506032b656e032100'), key), format: 'der', type: 'spki' })
const dh = (key, other) => crypto.diffieHellman({ privateKey: privateKey('x', key), publicKey: publicX(other) })
const peerId = key => bytes(hex('002408011220'), key)

function nonce (n) {
  const made = Buffer.alloc(12)
  made.writeBigUInt64LE(BigInt(n), 4)
  return made
}

function box (key, n, ad, data) {
  const cipher = crypto.createCipheriv('chacha20-poly1305', key, nonce(n), { authTagLength: 16 })
  cipher.setAAD(ad, { plaintextLength: data.length })
  return bytes(cipher.update(data), cipher.final(), cipher.getAuthTag())
}

function unbox (key, n, ad, data) {
  const cipher = crypto.createDecipheriv('chacha20-poly1305', key, nonce(n), { authTagLength: 16 })
  cipher.setAAD(ad, { plaintextLength: data.length - 16 })
  cipher.setAuthTag(data.subarray(-16))
  return bytes(cipher.update(data.subarray(0, -16)), cipher.final())
}

// SymmetricState of the Noise framework
class Symmetric {
  constructor (form, key, recipient, to) {
    this.h = Buffer.alloc(32)
    bytes('Noise_X_25519_ChaChaPoly_SHA256').copy(this.h)
    this.ck = this.h
    this.mixHash(bytes('nanolibp2p-postbox-seal:', [form, key], peerId(recipient)))
    this.mixHash(to)
  }

  mixHash (data) { this.h = sha256(bytes(this.h, data)) }

  mixKey (secret) {
    const made = Buffer.from(crypto.hkdfSync('sha256', secret, this.ck, Buffer.alloc(0), 64))
    this.ck = made.subarray(0, 32)
    this.k = made.subarray(32)
  }

  encrypt (data) { const made = box(this.k, 0, this.h, data); this.mixHash(made); return made }

  decrypt (data) { const made = unbox(this.k, 0, this.h, data); this.mixHash(data); return made }

  split () { return Buffer.from(crypto.hkdfSync('sha256', Buffer.alloc(0), this.ck, Buffer.alloc(0), 64)).subarray(0, 32) }
}

function varint (n) {
  const made = []
  for (; n > 127; n = Math.floor(n / 128)) made.push(n % 128 | 128)
  return Buffer.from([...made, n])
}

function fields (data) {
  const found = {}
  let at = 0
  const number = () => { let n = 0; for (let s = 1; ; s *= 128) { const b = data[at++]; n += (b & 127) * s; if (b < 128) return n } }
  while (at < data.length) {
    const tag = number()
    if ((tag & 7) === 0) found[tag >> 3] = number()
    else if ((tag & 7) === 5) { found[tag >> 3] = data.readUInt32LE(at); at += 4 } else {
      const count = number()
      found[tag >> 3] = data.subarray(at, at += count)
    }
  }
  return found
}

function open (seed, item) {
  const secret = privateX(seed)
  const state = new Symmetric(item[0], item[1], publicOf('ed', seed), publicOf('x', secret))
  const e = item.subarray(2, 34)
  state.mixHash(e)
  state.mixKey(dh(secret, e))
  const s = state.decrypt(item.subarray(34, 82))
  state.mixKey(dh(secret, s))
  let at = Math.min(610, item.length)
  let plain = state.decrypt(item.subarray(82, at))
  const key = state.split()
  for (let n = 0; at < item.length; n++, at += 528) plain = bytes(plain, unbox(key, n, state.h, item.subarray(at, at + 528)))
  const length = plain[0]
  const header = fields(plain.subarray(1, 1 + length))
  const body = plain.subarray(1 + length, 1 + length + (header[4] ?? 0))
  if (plain.length !== 1 + length + body.length + (header[5] ?? 0)) throw new Error('lengths differ')
  return { sender: toEd(s, header[1] ?? 0).toString('hex'), sent: header[2], subject: (header[6] ?? '').toString('hex'),
    body: body.toString('hex'), proofKey: (header[7] ?? '').toString('hex') }
}

function seal (seed, to, sent, body, subject, proofKey) {
  const secret = privateX(seed)
  const ephemeral = crypto.randomBytes(32)
  const rs = toX(to)
  const when = Buffer.alloc(4)
  when.writeUInt32LE(sent)
  const sign = publicOf('ed', seed)[31] >> 7
  const header = bytes(sign ? [8, 1] : [], [0x15], when, body.length ? bytes([0x20], varint(body.length)) : [],
    subject.length ? bytes([0x32], varint(subject.length), subject) : [], proofKey.length ? bytes([0x3a, 8], proofKey) : [])
  const plain = bytes(varint(header.length), header, body)
  const state = new Symmetric(1, 0, to, rs)
  const e = publicOf('x', ephemeral)
  state.mixHash(e)
  state.mixKey(dh(ephemeral, rs))
  const s = state.encrypt(publicOf('x', secret))
  state.mixKey(dh(secret, rs))
  const parts = [[1, 0], e, s, state.encrypt(plain.subarray(0, 512))]
  const key = state.split()
  for (let at = 512, n = 0; at < plain.length; at += 512, n++) parts.push(box(key, n, state.h, plain.subarray(at, at + 512)))
  return { item: bytes(...parts).toString('hex') }
}

const [what, ...given] = process.argv.slice(2)
console.log(JSON.stringify(what === 'open'
  ? open(hex(given[0]), hex(given[1]))
  : seal(hex(given[0]), hex(given[1]), Number(given[2]), hex(given[3]), hex(process.env.SUBJECT ?? ''), hex(process.env.PROOF_KEY ?? ''))))
