// In the shape of the stubs that nanoFramework's metadata processor writes; a test compares names, order and checksum with
// the compiled assembly. See ../../README.md before changing anything here.

#ifndef NANOLIBP2P_NATIVE_FIRMWARECALLS_H
#define NANOLIBP2P_NATIVE_FIRMWARECALLS_H

namespace NanoLibp2p_Crypto_Native
{
    namespace nanolibp2p_native
    {
        struct FirmwareCalls
        {
            static signed int Version(HRESULT &hr);
            static void Sha256Start(CLR_RT_TypedArray_UINT8 param0, HRESULT &hr);
            static void Sha256Update(CLR_RT_TypedArray_UINT8 param0, CLR_RT_TypedArray_UINT8 param1, signed int param2, signed int param3, HRESULT &hr);
            static void Sha256Finish(CLR_RT_TypedArray_UINT8 param0, CLR_RT_TypedArray_UINT8 param1, signed int param2, HRESULT &hr);
            static void Sha512Start(CLR_RT_TypedArray_UINT8 param0, HRESULT &hr);
            static void Sha512Update(CLR_RT_TypedArray_UINT8 param0, CLR_RT_TypedArray_UINT8 param1, signed int param2, signed int param3, HRESULT &hr);
            static void Sha512Finish(CLR_RT_TypedArray_UINT8 param0, CLR_RT_TypedArray_UINT8 param1, signed int param2, HRESULT &hr);
            static void HmacSha256(CLR_RT_TypedArray_UINT8 param0, signed int param1, signed int param2, CLR_RT_TypedArray_UINT8 param3, signed int param4, signed int param5, CLR_RT_TypedArray_UINT8 param6, signed int param7, HRESULT &hr);
            static void HkdfSha256(CLR_RT_TypedArray_UINT8 param0, signed int param1, signed int param2, CLR_RT_TypedArray_UINT8 param3, signed int param4, signed int param5, CLR_RT_TypedArray_UINT8 param6, signed int param7, signed int param8, CLR_RT_TypedArray_UINT8 param9, signed int param10, signed int param11, HRESULT &hr);
            static void Seal(CLR_RT_TypedArray_UINT8 param0, signed int param1, unsigned int param2, uint64_t param3, CLR_RT_TypedArray_UINT8 param4, signed int param5, signed int param6, CLR_RT_TypedArray_UINT8 param7, signed int param8, signed int param9, HRESULT &hr);
            static bool Open(CLR_RT_TypedArray_UINT8 param0, signed int param1, unsigned int param2, uint64_t param3, CLR_RT_TypedArray_UINT8 param4, signed int param5, signed int param6, CLR_RT_TypedArray_UINT8 param7, signed int param8, signed int param9, HRESULT &hr);
            static bool X25519(CLR_RT_TypedArray_UINT8 param0, signed int param1, CLR_RT_TypedArray_UINT8 param2, signed int param3, CLR_RT_TypedArray_UINT8 param4, signed int param5, HRESULT &hr);
            static void X25519Base(CLR_RT_TypedArray_UINT8 param0, signed int param1, CLR_RT_TypedArray_UINT8 param2, signed int param3, HRESULT &hr);
            static void Ed25519PublicKey(CLR_RT_TypedArray_UINT8 param0, signed int param1, CLR_RT_TypedArray_UINT8 param2, signed int param3, HRESULT &hr);
            static void Ed25519Sign(CLR_RT_TypedArray_UINT8 param0, signed int param1, CLR_RT_TypedArray_UINT8 param2, signed int param3, CLR_RT_TypedArray_UINT8 param4, signed int param5, signed int param6, CLR_RT_TypedArray_UINT8 param7, signed int param8, HRESULT &hr);
            static bool Ed25519Verify(CLR_RT_TypedArray_UINT8 param0, signed int param1, CLR_RT_TypedArray_UINT8 param2, signed int param3, signed int param4, CLR_RT_TypedArray_UINT8 param5, signed int param6, HRESULT &hr);
        };
    }
}

#endif // NANOLIBP2P_NATIVE_FIRMWARECALLS_H
