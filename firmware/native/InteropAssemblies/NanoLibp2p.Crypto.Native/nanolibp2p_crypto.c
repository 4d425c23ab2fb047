#include "nanolibp2p_crypto.h"

#include <sodium/crypto_aead_chacha20poly1305.h>
#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_scalarmult_curve25519.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/crypto_stream_chacha20.h>
#include <sodium/utils.h>

#include <string.h>

#define SAME(ours, theirs) _Static_assert((ours) == (theirs), #ours " differs from " #theirs " of this libsodium")

SAME(NANOLIBP2P_SHA256_STATE_BYTES, sizeof(crypto_hash_sha256_state));
SAME(NANOLIBP2P_SHA512_STATE_BYTES, sizeof(crypto_hash_sha512_state));
SAME(NANOLIBP2P_SHA256_BYTES, crypto_hash_sha256_BYTES);
SAME(NANOLIBP2P_SHA512_BYTES, crypto_hash_sha512_BYTES);
SAME(NANOLIBP2P_SHA256_BYTES, crypto_auth_hmacsha256_BYTES);
SAME(NANOLIBP2P_KEY_BYTES, crypto_aead_chacha20poly1305_ietf_KEYBYTES);
SAME(NANOLIBP2P_TAG_BYTES, crypto_aead_chacha20poly1305_ietf_ABYTES);
SAME(12, crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
SAME(NANOLIBP2P_KEY_BYTES, crypto_scalarmult_curve25519_BYTES);
SAME(NANOLIBP2P_KEY_BYTES, crypto_scalarmult_curve25519_SCALARBYTES);
SAME(NANOLIBP2P_KEY_BYTES, crypto_sign_ed25519_SEEDBYTES);
SAME(NANOLIBP2P_KEY_BYTES, crypto_sign_ed25519_PUBLICKEYBYTES);
SAME(2 * NANOLIBP2P_KEY_BYTES, crypto_sign_ed25519_SECRETKEYBYTES);
SAME(NANOLIBP2P_SIGNATURE_BYTES, crypto_sign_ed25519_BYTES);

int nanolibp2p_crypto_version(void)
{
    return NANOLIBP2P_CRYPTO_VERSION;
}

int nanolibp2p_in_range(size_t size, int32_t offset, int32_t count)
{
    return offset >= 0 && count >= 0 && (size_t)offset <= size && (size_t)count <= size - (size_t)offset;
}

// A state lies in a managed byte array, whose elements need not be aligned for 64-bit words: each call works on a copy.

nanolibp2p_result nanolibp2p_sha256_start(uint8_t *state)
{
    crypto_hash_sha256_state work;

    crypto_hash_sha256_init(&work);
    memcpy(state, &work, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_sha256_update(uint8_t *state, const uint8_t *data, size_t count)
{
    crypto_hash_sha256_state work;

    memcpy(&work, state, sizeof work);
    crypto_hash_sha256_update(&work, data, count);
    memcpy(state, &work, sizeof work);
    sodium_memzero(&work, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_sha256_finish(uint8_t *state, uint8_t *hash)
{
    crypto_hash_sha256_state work;

    memcpy(&work, state, sizeof work);
    crypto_hash_sha256_final(&work, hash);
    sodium_memzero(&work, sizeof work);
    sodium_memzero(state, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_sha512_start(uint8_t *state)
{
    crypto_hash_sha512_state work;

    crypto_hash_sha512_init(&work);
    memcpy(state, &work, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_sha512_update(uint8_t *state, const uint8_t *data, size_t count)
{
    crypto_hash_sha512_state work;

    memcpy(&work, state, sizeof work);
    crypto_hash_sha512_update(&work, data, count);
    memcpy(state, &work, sizeof work);
    sodium_memzero(&work, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_sha512_finish(uint8_t *state, uint8_t *hash)
{
    crypto_hash_sha512_state work;

    memcpy(&work, state, sizeof work);
    crypto_hash_sha512_final(&work, hash);
    sodium_memzero(&work, sizeof work);
    sodium_memzero(state, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_hmac_sha256(
    const uint8_t *key,
    size_t key_count,
    const uint8_t *data,
    size_t count,
    uint8_t *mac)
{
    crypto_auth_hmacsha256_state work;

    crypto_auth_hmacsha256_init(&work, key, key_count);
    crypto_auth_hmacsha256_update(&work, data, count);
    crypto_auth_hmacsha256_final(&work, mac);
    sodium_memzero(&work, sizeof work);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_hkdf_sha256(
    const uint8_t *salt,
    size_t salt_count,
    const uint8_t *ikm,
    size_t ikm_count,
    const uint8_t *info,
    size_t info_count,
    uint8_t *okm,
    size_t okm_count)
{
    crypto_auth_hmacsha256_state work;
    uint8_t prk[NANOLIBP2P_SHA256_BYTES];
    uint8_t block[NANOLIBP2P_SHA256_BYTES];
    uint8_t number = 0;

    if (okm_count > NANOLIBP2P_HKDF_MOST_BYTES)
    {
        return NANOLIBP2P_BAD_LENGTH;
    }

    nanolibp2p_hmac_sha256(salt, salt_count, ikm, ikm_count, prk);
    while (okm_count > 0)
    {
        size_t part = okm_count < sizeof block ? okm_count : sizeof block;

        crypto_auth_hmacsha256_init(&work, prk, sizeof prk);
        if (number > 0)
        {
            crypto_auth_hmacsha256_update(&work, block, sizeof block);
        }

        number++;
        crypto_auth_hmacsha256_update(&work, info, info_count);
        crypto_auth_hmacsha256_update(&work, &number, 1);
        crypto_auth_hmacsha256_final(&work, block);
        memcpy(okm, block, part);
        okm += part;
        okm_count -= part;
    }

    sodium_memzero(&work, sizeof work);
    sodium_memzero(prk, sizeof prk);
    sodium_memzero(block, sizeof block);
    return NANOLIBP2P_OK;
}

static void make_nonce(uint8_t *nonce, uint32_t prefix, uint64_t counter)
{
    for (int i = 0; i < 4; i++)
    {
        nonce[i] = (uint8_t)(prefix >> (8 * i));
    }

    for (int i = 0; i < 8; i++)
    {
        nonce[4 + i] = (uint8_t)(counter >> (8 * i));
    }
}

nanolibp2p_result nanolibp2p_seal(
    const uint8_t *key,
    uint32_t prefix,
    uint64_t counter,
    const uint8_t *ad,
    size_t ad_count,
    uint8_t *buffer,
    size_t count)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    make_nonce(nonce, prefix, counter);
    crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        buffer, buffer + count, NULL, buffer, count, ad, ad_count, NULL, nonce, key);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_open(
    const uint8_t *key,
    uint32_t prefix,
    uint64_t counter,
    const uint8_t *ad,
    size_t ad_count,
    uint8_t *buffer,
    size_t count)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

    if (count < NANOLIBP2P_TAG_BYTES)
    {
        return NANOLIBP2P_REFUSED;
    }

    // With nowhere to write, decrypting only looks at the tag. In place it would wipe what it refuses.
    count -= NANOLIBP2P_TAG_BYTES;
    make_nonce(nonce, prefix, counter);
    if (crypto_aead_chacha20poly1305_ietf_decrypt_detached(
            NULL, NULL, buffer, count, buffer + count, ad, ad_count, nonce, key) != 0)
    {
        return NANOLIBP2P_REFUSED;
    }

    // block 0 of the key stream was the MAC's key (RFC 8439 2.8)
    crypto_stream_chacha20_ietf_xor_ic(buffer, buffer, count, nonce, 1, key);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_x25519(const uint8_t *scalar, const uint8_t *point, uint8_t *shared)
{
    // libsodium leaves the result as it was when it refuses a point of small order, for which RFC 7748 has all zeros
    if (crypto_scalarmult_curve25519(shared, scalar, point) != 0)
    {
        memset(shared, 0, NANOLIBP2P_KEY_BYTES);
        return NANOLIBP2P_REFUSED;
    }

    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_x25519_base(const uint8_t *scalar, uint8_t *public_key)
{
    crypto_scalarmult_curve25519_base(public_key, scalar);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_ed25519_public_key(const uint8_t *seed, uint8_t *public_key)
{
    uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];

    crypto_sign_ed25519_seed_keypair(public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_ed25519_sign(
    const uint8_t *seed,
    const uint8_t *public_key,
    const uint8_t *message,
    size_t count,
    uint8_t *signature)
{
    uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];
    uint8_t result[NANOLIBP2P_SIGNATURE_BYTES];

    memcpy(secret, seed, NANOLIBP2P_KEY_BYTES);
    memcpy(secret + NANOLIBP2P_KEY_BYTES, public_key, NANOLIBP2P_KEY_BYTES);

    // the message is read again after R is written: a signature that overlays it has to wait
    crypto_sign_ed25519_detached(result, NULL, message, count, secret);
    memcpy(signature, result, sizeof result);
    sodium_memzero(secret, sizeof secret);
    return NANOLIBP2P_OK;
}

nanolibp2p_result nanolibp2p_ed25519_verify(
    const uint8_t *public_key,
    const uint8_t *message,
    size_t count,
    const uint8_t *signature)
{
    return crypto_sign_ed25519_verify_detached(signature, message, count, public_key) == 0 ? NANOLIBP2P_OK
                                                                                           : NANOLIBP2P_REFUSED;
}
