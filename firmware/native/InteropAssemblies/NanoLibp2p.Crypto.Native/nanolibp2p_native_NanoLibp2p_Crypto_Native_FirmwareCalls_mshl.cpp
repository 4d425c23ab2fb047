// In the shape of the stubs that nanoFramework's metadata processor writes; a test compares names, order and checksum with
// the compiled assembly. See ../../README.md before changing anything here.

#include "nanolibp2p_native.h"
#include "nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls.h"

using namespace NanoLibp2p_Crypto_Native::nanolibp2p_native;

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Version___STATIC__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        signed int retValue = FirmwareCalls::Version(hr);
        NANOCLR_CHECK_HRESULT(hr);
        SetResult_INT32(stack, retValue);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Start___STATIC__VOID__SZARRAY_U1(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));

        FirmwareCalls::Sha256Start(param0, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Update___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        CLR_RT_TypedArray_UINT8 param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));

        FirmwareCalls::Sha256Update(param0, param1, param2, param3, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha256Finish___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        CLR_RT_TypedArray_UINT8 param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));

        FirmwareCalls::Sha256Finish(param0, param1, param2, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Start___STATIC__VOID__SZARRAY_U1(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));

        FirmwareCalls::Sha512Start(param0, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Update___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        CLR_RT_TypedArray_UINT8 param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));

        FirmwareCalls::Sha512Update(param0, param1, param2, param3, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Sha512Finish___STATIC__VOID__SZARRAY_U1__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        CLR_RT_TypedArray_UINT8 param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));

        FirmwareCalls::Sha512Finish(param0, param1, param2, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::HmacSha256___STATIC__VOID__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));
        CLR_RT_TypedArray_UINT8 param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 3, param3));
        signed int param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));
        CLR_RT_TypedArray_UINT8 param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 6, param6));
        signed int param7;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 7, param7));

        FirmwareCalls::HmacSha256(param0, param1, param2, param3, param4, param5, param6, param7, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::HkdfSha256___STATIC__VOID__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        signed int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 2, param2));
        CLR_RT_TypedArray_UINT8 param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 3, param3));
        signed int param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));
        CLR_RT_TypedArray_UINT8 param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 6, param6));
        signed int param7;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 7, param7));
        signed int param8;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 8, param8));
        CLR_RT_TypedArray_UINT8 param9;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 9, param9));
        signed int param10;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 10, param10));
        signed int param11;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 11, param11));

        FirmwareCalls::HkdfSha256(param0, param1, param2, param3, param4, param5, param6, param7, param8, param9, param10, param11, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Seal___STATIC__VOID__SZARRAY_U1__I4__U4__U8__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        unsigned int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT32(stack, 2, param2));
        uint64_t param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT64(stack, 3, param3));
        CLR_RT_TypedArray_UINT8 param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));
        signed int param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 6, param6));
        CLR_RT_TypedArray_UINT8 param7;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 7, param7));
        signed int param8;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 8, param8));
        signed int param9;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 9, param9));

        FirmwareCalls::Seal(param0, param1, param2, param3, param4, param5, param6, param7, param8, param9, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Open___STATIC__BOOLEAN__SZARRAY_U1__I4__U4__U8__SZARRAY_U1__I4__I4__SZARRAY_U1__I4__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        unsigned int param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT32(stack, 2, param2));
        uint64_t param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT64(stack, 3, param3));
        CLR_RT_TypedArray_UINT8 param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));
        signed int param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 6, param6));
        CLR_RT_TypedArray_UINT8 param7;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 7, param7));
        signed int param8;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 8, param8));
        signed int param9;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 9, param9));

        bool retValue = FirmwareCalls::Open(param0, param1, param2, param3, param4, param5, param6, param7, param8, param9, hr);
        NANOCLR_CHECK_HRESULT(hr);
        SetResult_bool(stack, retValue);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::X25519___STATIC__BOOLEAN__SZARRAY_U1__I4__SZARRAY_U1__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        CLR_RT_TypedArray_UINT8 param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));
        CLR_RT_TypedArray_UINT8 param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));

        bool retValue = FirmwareCalls::X25519(param0, param1, param2, param3, param4, param5, hr);
        NANOCLR_CHECK_HRESULT(hr);
        SetResult_bool(stack, retValue);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::X25519Base___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        CLR_RT_TypedArray_UINT8 param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));

        FirmwareCalls::X25519Base(param0, param1, param2, param3, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519PublicKey___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        CLR_RT_TypedArray_UINT8 param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));

        FirmwareCalls::Ed25519PublicKey(param0, param1, param2, param3, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519Sign___STATIC__VOID__SZARRAY_U1__I4__SZARRAY_U1__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        CLR_RT_TypedArray_UINT8 param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));
        CLR_RT_TypedArray_UINT8 param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 4, param4));
        signed int param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 5, param5));
        signed int param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 6, param6));
        CLR_RT_TypedArray_UINT8 param7;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 7, param7));
        signed int param8;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 8, param8));

        FirmwareCalls::Ed25519Sign(param0, param1, param2, param3, param4, param5, param6, param7, param8, hr);
        NANOCLR_CHECK_HRESULT(hr);
    }
    NANOCLR_NOCLEANUP();
}

HRESULT Library_nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls::Ed25519Verify___STATIC__BOOLEAN__SZARRAY_U1__I4__SZARRAY_U1__I4__I4__SZARRAY_U1__I4(CLR_RT_StackFrame &stack)
{
    NANOCLR_HEADER();
    hr = S_OK;
    {
        CLR_RT_TypedArray_UINT8 param0;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 0, param0));
        signed int param1;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 1, param1));
        CLR_RT_TypedArray_UINT8 param2;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 2, param2));
        signed int param3;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 3, param3));
        signed int param4;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 4, param4));
        CLR_RT_TypedArray_UINT8 param5;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_UINT8_ARRAY(stack, 5, param5));
        signed int param6;
        NANOCLR_CHECK_HRESULT(Interop_Marshal_INT32(stack, 6, param6));

        bool retValue = FirmwareCalls::Ed25519Verify(param0, param1, param2, param3, param4, param5, param6, hr);
        NANOCLR_CHECK_HRESULT(hr);
        SetResult_bool(stack, retValue);
    }
    NANOCLR_NOCLEANUP();
}
