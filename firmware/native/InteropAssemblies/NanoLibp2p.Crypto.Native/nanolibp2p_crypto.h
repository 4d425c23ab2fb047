// The cryptography that nanoLibp2p asks for, over libsodium: plain C with no nanoCLR in it, so that it is tested on any machine.
//
// Nothing here allocates, keeps state between calls or asks for random bytes, and sodium_init() is not needed: on a
// microcontroller it would only pull in what nothing uses. Buffers are the caller's, of any alignment. A result may overlay an
// input only where it is said. Functions are safe on any thread as long as no two use one state or buffer.

#ifndef NANOLIBP2P_CRYPTO_H
#define NANOLIBP2P_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

// Raised with every change that a caller could notice; NativeCrypto.Contract in C# is the same number.
#define NANOLIBP2P_CRYPTO_VERSION 1

// Sizes in bytes.
#define NANOLIBP2P_KEY_BYTES          32  // X25519 scalar and point, Ed25519 seed and public key, ChaCha20-Poly1305 key
#define NANOLIBP2P_SIGNATURE_BYTES    64
#define NANOLIBP2P_TAG_BYTES          16
#define NANOLIBP2P_SHA256_BYTES       32
#define NANOLIBP2P_SHA512_BYTES       64
#define NANOLIBP2P_SHA256_STATE_BYTES 104 // what a hash under way takes; held to libsodium's sizes in the .c file
#define NANOLIBP2P_SHA512_STATE_BYTES 208
#define NANOLIBP2P_HKDF_MOST_BYTES    8160 // 255 hashes, RFC 5869 2.3

// What every function below answers.
typedef enum
{
    NANOLIBP2P_OK = 0,
    NANOLIBP2P_REFUSED = -1,   // a wrong tag or signature, or an all-zero shared secret: the peer's fault, never the caller's
    NANOLIBP2P_BAD_LENGTH = -2 // the caller's fault; nothing was written
} nanolibp2p_result;

// NANOLIBP2P_CRYPTO_VERSION of the compiled layer.
int nanolibp2p_crypto_version(void);

// 1 if offset and count lie within size bytes, else 0. For callers whose numbers are signed.
int nanolibp2p_in_range(size_t size, int32_t offset, int32_t count);

// SHA-256 and SHA-512 (FIPS 180-4). A state is bytes: it may be moved and copied between calls. finish wipes it; the hash may
// overlay the data, but not the state.
nanolibp2p_result nanolibp2p_sha256_start(uint8_t *state);
nanolibp2p_result nanolibp2p_sha256_update(uint8_t *state, const uint8_t *data, size_t count);
nanolibp2p_result nanolibp2p_sha256_finish(uint8_t *state, uint8_t *hash);
nanolibp2p_result nanolibp2p_sha512_start(uint8_t *state);
nanolibp2p_result nanolibp2p_sha512_update(uint8_t *state, const uint8_t *data, size_t count);
nanolibp2p_result nanolibp2p_sha512_finish(uint8_t *state, uint8_t *hash);

// HMAC-SHA-256 (RFC 2104), 32 bytes to mac, which may overlay key and data.
nanolibp2p_result nanolibp2p_hmac_sha256(
    const uint8_t *key,
    size_t key_count,
    const uint8_t *data,
    size_t count,
    uint8_t *mac);

// HKDF-SHA-256 (RFC 5869), extract and expand. okm may overlay salt and ikm, but not info.
// NANOLIBP2P_BAD_LENGTH above NANOLIBP2P_HKDF_MOST_BYTES.
nanolibp2p_result nanolibp2p_hkdf_sha256(
    const uint8_t *salt,
    size_t salt_count,
    const uint8_t *ikm,
    size_t ikm_count,
    const uint8_t *info,
    size_t info_count,
    uint8_t *okm,
    size_t okm_count);

// ChaCha20-Poly1305 (RFC 8439 2.8) in place. The nonce is prefix (4 bytes) and counter (8), both little-endian.
// seal: count bytes of plaintext become ciphertext, with the 16-byte tag behind them: the buffer has room for it.
// open: count is ciphertext and tag; NANOLIBP2P_REFUSED, and the buffer unchanged, for a wrong tag or fewer than 16 bytes.
nanolibp2p_result nanolibp2p_seal(
    const uint8_t *key,
    uint32_t prefix,
    uint64_t counter,
    const uint8_t *ad,
    size_t ad_count,
    uint8_t *buffer,
    size_t count);
nanolibp2p_result nanolibp2p_open(
    const uint8_t *key,
    uint32_t prefix,
    uint64_t counter,
    const uint8_t *ad,
    size_t ad_count,
    uint8_t *buffer,
    size_t count);

// X25519 (RFC 7748 5). NANOLIBP2P_REFUSED when the shared secret is all zero; it is written all the same.
nanolibp2p_result nanolibp2p_x25519(const uint8_t *scalar, const uint8_t *point, uint8_t *shared);
nanolibp2p_result nanolibp2p_x25519_base(const uint8_t *scalar, uint8_t *public_key);

// Ed25519 (RFC 8032 5.1). The public key given to sign is that of the seed. The signature may overlay the message.
// verify: cofactorless; S below the group order, no point of small order and no second encoding of a point (libsodium's rules).
nanolibp2p_result nanolibp2p_ed25519_public_key(const uint8_t *seed, uint8_t *public_key);
nanolibp2p_result nanolibp2p_ed25519_sign(
    const uint8_t *seed,
    const uint8_t *public_key,
    const uint8_t *message,
    size_t count,
    uint8_t *signature);
nanolibp2p_result nanolibp2p_ed25519_verify(
    const uint8_t *public_key,
    const uint8_t *message,
    size_t count,
    const uint8_t *signature);

#ifdef __cplusplus
}
#endif

#endif // NANOLIBP2P_CRYPTO_H
