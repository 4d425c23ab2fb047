// What each internal call of FirmwareCalls.cs does: it holds every offset and count to the array it names, then calls the C layer.

#include "nanolibp2p_native.h"
#include "nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls.h"
#include "nanolibp2p_crypto.h"

using namespace NanoLibp2p_Crypto_Native::nanolibp2p_native;

// The named bytes of an array. Else hr has the fault, ArgumentOutOfRangeException in C#, and the result must not be used.
static uint8_t *Bytes(CLR_RT_TypedArray_UINT8 &array, signed int offset, signed int count, HRESULT &hr)
{
    if (!nanolibp2p_in_range(array.GetSize(), offset, count))
    {
        hr = CLR_E_OUT_OF_RANGE;
        return NULL;
    }

    return array.GetBuffer() + offset;
}

// Codes of the C layer: a length that it does not take is the caller's fault, too.
static bool Right(nanolibp2p_result result, HRESULT &hr)
{
    if (result == NANOLIBP2P_BAD_LENGTH)
    {
        hr = CLR_E_OUT_OF_RANGE;
    }

    return result == NANOLIBP2P_OK;
}

signed int FirmwareCalls::Version(HRESULT &hr)
{
    (void)hr;
    return nanolibp2p_crypto_version();
}

void FirmwareCalls::Sha256Start(CLR_RT_TypedArray_UINT8 param0, HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA256_STATE_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha256_start(state);
    }
}

void FirmwareCalls::Sha256Update(
    CLR_RT_TypedArray_UINT8 param0,
    CLR_RT_TypedArray_UINT8 param1,
    signed int param2,
    signed int param3,
    HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA256_STATE_BYTES, hr);
    uint8_t *data = Bytes(param1, param2, param3, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha256_update(state, data, param3);
    }
}

void FirmwareCalls::Sha256Finish(
    CLR_RT_TypedArray_UINT8 param0,
    CLR_RT_TypedArray_UINT8 param1,
    signed int param2,
    HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA256_STATE_BYTES, hr);
    uint8_t *hash = Bytes(param1, param2, NANOLIBP2P_SHA256_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha256_finish(state, hash);
    }
}

void FirmwareCalls::Sha512Start(CLR_RT_TypedArray_UINT8 param0, HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA512_STATE_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha512_start(state);
    }
}

void FirmwareCalls::Sha512Update(
    CLR_RT_TypedArray_UINT8 param0,
    CLR_RT_TypedArray_UINT8 param1,
    signed int param2,
    signed int param3,
    HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA512_STATE_BYTES, hr);
    uint8_t *data = Bytes(param1, param2, param3, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha512_update(state, data, param3);
    }
}

void FirmwareCalls::Sha512Finish(
    CLR_RT_TypedArray_UINT8 param0,
    CLR_RT_TypedArray_UINT8 param1,
    signed int param2,
    HRESULT &hr)
{
    uint8_t *state = Bytes(param0, 0, NANOLIBP2P_SHA512_STATE_BYTES, hr);
    uint8_t *hash = Bytes(param1, param2, NANOLIBP2P_SHA512_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_sha512_finish(state, hash);
    }
}

void FirmwareCalls::HmacSha256(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    signed int param2,
    CLR_RT_TypedArray_UINT8 param3,
    signed int param4,
    signed int param5,
    CLR_RT_TypedArray_UINT8 param6,
    signed int param7,
    HRESULT &hr)
{
    uint8_t *key = Bytes(param0, param1, param2, hr);
    uint8_t *data = Bytes(param3, param4, param5, hr);
    uint8_t *mac = Bytes(param6, param7, NANOLIBP2P_SHA256_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_hmac_sha256(key, param2, data, param5, mac);
    }
}

void FirmwareCalls::HkdfSha256(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    signed int param2,
    CLR_RT_TypedArray_UINT8 param3,
    signed int param4,
    signed int param5,
    CLR_RT_TypedArray_UINT8 param6,
    signed int param7,
    signed int param8,
    CLR_RT_TypedArray_UINT8 param9,
    signed int param10,
    signed int param11,
    HRESULT &hr)
{
    uint8_t *salt = Bytes(param0, param1, param2, hr);
    uint8_t *ikm = Bytes(param3, param4, param5, hr);
    uint8_t *info = Bytes(param6, param7, param8, hr);
    uint8_t *okm = Bytes(param9, param10, param11, hr);

    if (SUCCEEDED(hr))
    {
        Right(nanolibp2p_hkdf_sha256(salt, param2, ikm, param5, info, param8, okm, param11), hr);
    }
}

void FirmwareCalls::Seal(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    unsigned int param2,
    uint64_t param3,
    CLR_RT_TypedArray_UINT8 param4,
    signed int param5,
    signed int param6,
    CLR_RT_TypedArray_UINT8 param7,
    signed int param8,
    signed int param9,
    HRESULT &hr)
{
    uint8_t *key = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *ad = Bytes(param4, param5, param6, hr);
    uint8_t *text = Bytes(param7, param8, param9, hr);

    if (SUCCEEDED(hr))
    {
        // the sum cannot overflow: an array is far below 2 GiB
        Bytes(param7, param8 + param9, NANOLIBP2P_TAG_BYTES, hr);
    }

    if (SUCCEEDED(hr))
    {
        nanolibp2p_seal(key, param2, param3, ad, param6, text, param9);
    }
}

bool FirmwareCalls::Open(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    unsigned int param2,
    uint64_t param3,
    CLR_RT_TypedArray_UINT8 param4,
    signed int param5,
    signed int param6,
    CLR_RT_TypedArray_UINT8 param7,
    signed int param8,
    signed int param9,
    HRESULT &hr)
{
    uint8_t *key = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *ad = Bytes(param4, param5, param6, hr);
    uint8_t *box = Bytes(param7, param8, param9, hr);

    return SUCCEEDED(hr) && Right(nanolibp2p_open(key, param2, param3, ad, param6, box, param9), hr);
}

bool FirmwareCalls::X25519(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    CLR_RT_TypedArray_UINT8 param2,
    signed int param3,
    CLR_RT_TypedArray_UINT8 param4,
    signed int param5,
    HRESULT &hr)
{
    uint8_t *scalar = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *point = Bytes(param2, param3, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *shared = Bytes(param4, param5, NANOLIBP2P_KEY_BYTES, hr);

    return SUCCEEDED(hr) && Right(nanolibp2p_x25519(scalar, point, shared), hr);
}

void FirmwareCalls::X25519Base(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    CLR_RT_TypedArray_UINT8 param2,
    signed int param3,
    HRESULT &hr)
{
    uint8_t *scalar = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *publicKey = Bytes(param2, param3, NANOLIBP2P_KEY_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_x25519_base(scalar, publicKey);
    }
}

void FirmwareCalls::Ed25519PublicKey(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    CLR_RT_TypedArray_UINT8 param2,
    signed int param3,
    HRESULT &hr)
{
    uint8_t *seed = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *publicKey = Bytes(param2, param3, NANOLIBP2P_KEY_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_ed25519_public_key(seed, publicKey);
    }
}

void FirmwareCalls::Ed25519Sign(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    CLR_RT_TypedArray_UINT8 param2,
    signed int param3,
    CLR_RT_TypedArray_UINT8 param4,
    signed int param5,
    signed int param6,
    CLR_RT_TypedArray_UINT8 param7,
    signed int param8,
    HRESULT &hr)
{
    uint8_t *seed = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *publicKey = Bytes(param2, param3, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *message = Bytes(param4, param5, param6, hr);
    uint8_t *signature = Bytes(param7, param8, NANOLIBP2P_SIGNATURE_BYTES, hr);

    if (SUCCEEDED(hr))
    {
        nanolibp2p_ed25519_sign(seed, publicKey, message, param6, signature);
    }
}

bool FirmwareCalls::Ed25519Verify(
    CLR_RT_TypedArray_UINT8 param0,
    signed int param1,
    CLR_RT_TypedArray_UINT8 param2,
    signed int param3,
    signed int param4,
    CLR_RT_TypedArray_UINT8 param5,
    signed int param6,
    HRESULT &hr)
{
    uint8_t *publicKey = Bytes(param0, param1, NANOLIBP2P_KEY_BYTES, hr);
    uint8_t *message = Bytes(param2, param3, param4, hr);
    uint8_t *signature = Bytes(param5, param6, NANOLIBP2P_SIGNATURE_BYTES, hr);

    return SUCCEEDED(hr) && Right(nanolibp2p_ed25519_verify(publicKey, message, param4, signature), hr);
}
