// The door by which the tests call the stubs as an interpreter does: by a method's place in the table.

#include "nanolibp2p_native.h"

extern "C" HRESULT test_call(int32_t method, const Argument *arguments, int64_t *result)
{
    CLR_RT_StackFrame stack = {arguments, 0};
    HRESULT hr = g_CLR_AssemblyNative_NanoLibp2p_Crypto_Native.methods[method](stack);

    *result = stack.result;
    return hr;
}

extern "C" const CLR_RT_NativeAssemblyData *test_assembly(void)
{
    return &g_CLR_AssemblyNative_NanoLibp2p_Crypto_Native;
}
