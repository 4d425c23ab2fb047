// What the stubs use of nanoCLR, in a test's size: a call is a row of arguments and a result.

#ifndef NANOCLR_INTEROP_H
#define NANOCLR_INTEROP_H

#include <stddef.h>
#include <stdint.h>

typedef int32_t HRESULT;

#define S_OK                 0
#define CLR_E_OUT_OF_RANGE   ((HRESULT)0x80000001)
#define CLR_E_NULL_REFERENCE ((HRESULT)0x80000002)
#define FAILED(hr)           ((hr) < 0)
#define SUCCEEDED(hr)        ((hr) >= 0)

#define NANOCLR_HEADER() HRESULT hr
#define NANOCLR_CHECK_HRESULT(expr)                                                                                    \
    {                                                                                                                  \
        if (FAILED(hr = (expr)))                                                                                       \
            goto nanoCLR_Cleanup;                                                                                      \
    }
#define NANOCLR_NOCLEANUP()                                                                                            \
    nanoCLR_Cleanup:                                                                                                   \
    return hr
#define NANOCLR_NATIVE_DECLARE(method) static HRESULT method(CLR_RT_StackFrame &stack)

// An argument is a number, or an array with its length; laid out as NativeStubs.Argument in C#.
struct Argument
{
    uint64_t number;
    uint8_t *data;
    uint64_t size;
};

struct CLR_RT_StackFrame
{
    const Argument *arguments;
    int64_t result;
};

typedef HRESULT (*CLR_RT_MethodHandler)(CLR_RT_StackFrame &stack);

struct CLR_RT_NativeAssemblyData
{
    const char *name;
    uint32_t checksum;
    const CLR_RT_MethodHandler *methods;
    struct
    {
        uint16_t major, minor, build, revision;
    } version;
};

struct CLR_RT_TypedArray_UINT8
{
    uint8_t *data;
    unsigned int size;

    unsigned int GetSize()
    {
        return size;
    }

    uint8_t *GetBuffer()
    {
        return data;
    }
};

static inline HRESULT Interop_Marshal_UINT8_ARRAY(CLR_RT_StackFrame &stack, unsigned int index, CLR_RT_TypedArray_UINT8 &array)
{
    array.data = stack.arguments[index].data;
    array.size = (unsigned int)stack.arguments[index].size;
    return array.data == NULL ? CLR_E_NULL_REFERENCE : S_OK;
}

static inline HRESULT Interop_Marshal_INT32(CLR_RT_StackFrame &stack, unsigned int index, signed int &number)
{
    number = (signed int)stack.arguments[index].number;
    return S_OK;
}

static inline HRESULT Interop_Marshal_UINT32(CLR_RT_StackFrame &stack, unsigned int index, unsigned int &number)
{
    number = (unsigned int)stack.arguments[index].number;
    return S_OK;
}

static inline HRESULT Interop_Marshal_UINT64(CLR_RT_StackFrame &stack, unsigned int index, uint64_t &number)
{
    number = stack.arguments[index].number;
    return S_OK;
}

static inline void SetResult_INT32(CLR_RT_StackFrame &stack, signed int value)
{
    stack.result = value;
}

static inline void SetResult_bool(CLR_RT_StackFrame &stack, bool value)
{
    stack.result = value;
}

#endif // NANOCLR_INTEROP_H
