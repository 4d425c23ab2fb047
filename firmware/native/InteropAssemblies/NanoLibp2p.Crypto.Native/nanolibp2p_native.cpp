// In the shape of the stubs that nanoFramework's metadata processor writes; a test compares names, order and checksum with
// the compiled assembly. See ../../README.md before changing anything here.

#include "nanolibp2p_native.h"

// clang-format off

static const CLR_RT_MethodHandler method_lookup[] =
{
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Version___STATIC__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Start___STATIC__VOID__SZARRAY_U1,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Update___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Finish___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Start___STATIC__VOID__SZARRAY_U1,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Update___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Finish___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::HmacSha256___STATIC__VOID__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::HkdfSha256___STATIC__VOID__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Seal___STATIC__VOID__SZARRAY_U1__I4__U4__U8__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Open___STATIC__BOOLEAN__SZARRAY_U1__I4__U4__U8__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::X25519___STATIC__BOOLEAN__SZARRAY_U1__I4__SZARRAY_U1__I4__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::X25519Base___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519PublicKey___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519Sign___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4,
    Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519Verify___STATIC__BOOLEAN__SZARRAY_U1__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
};

const CLR_RT_NativeAssemblyData g_CLR_AssemblyNative_NanoLibp2p_Crypto_Native =
{
    "NanoLibp2p.Crypto.Native",
    0x7AA3A43C,
    method_lookup,
    { 1, 0, 0, 0 }
};

// clang-format on
