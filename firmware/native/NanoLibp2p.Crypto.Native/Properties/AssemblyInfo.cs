using System.Reflection;

// What the firmware's half of this assembly is called; to be raised with any change of FirmwareCalls (guide-version-checksums of
// nanoFramework's documentation). It stands in InteropAssemblies/NanoLibp2p.Crypto.Native/nanolibp2p_native.cpp too.
[assembly: AssemblyNativeVersion("1.0.0.0")]
