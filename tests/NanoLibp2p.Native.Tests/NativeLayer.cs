using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NanoLibp2p.Native.Tests;

/// <summary>The C layer's functions (nanolibp2p_crypto.h), and the door to the stubs above it (nanoclr/call.cpp).</summary>
internal static unsafe partial class NativeLayer
{
    private const string Library = "nanolibp2p_native";

    public const int Ok = 0, Refused = -1, BadLength = -2;

    [LibraryImport(Library, EntryPoint = "nanolibp2p_crypto_version")]
    public static partial int Version();

    [LibraryImport(Library, EntryPoint = "nanolibp2p_in_range")]
    public static partial int InRange(nuint size, int offset, int count);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha256_start")]
    public static partial int Sha256Start(byte* state);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha256_update")]
    public static partial int Sha256Update(byte* state, byte* data, nuint count);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha256_finish")]
    public static partial int Sha256Finish(byte* state, byte* hash);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha512_start")]
    public static partial int Sha512Start(byte* state);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha512_update")]
    public static partial int Sha512Update(byte* state, byte* data, nuint count);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_sha512_finish")]
    public static partial int Sha512Finish(byte* state, byte* hash);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_hmac_sha256")]
    public static partial int HmacSha256(byte* key, nuint keyCount, byte* data, nuint count, byte* mac);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_hkdf_sha256")]
    public static partial int HkdfSha256(byte* salt, nuint saltCount, byte* ikm, nuint ikmCount, byte* info, nuint infoCount, byte* okm,
        nuint okmCount);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_seal")]
    public static partial int Seal(byte* key, uint prefix, ulong counter, byte* ad, nuint adCount, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_open")]
    public static partial int Open(byte* key, uint prefix, ulong counter, byte* ad, nuint adCount, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_x25519")]
    public static partial int X25519(byte* scalar, byte* point, byte* shared);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_x25519_base")]
    public static partial int X25519Base(byte* scalar, byte* publicKey);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_ed25519_public_key")]
    public static partial int Ed25519PublicKey(byte* seed, byte* publicKey);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_ed25519_sign")]
    public static partial int Ed25519Sign(byte* seed, byte* publicKey, byte* message, nuint count, byte* signature);

    [LibraryImport(Library, EntryPoint = "nanolibp2p_ed25519_verify")]
    public static partial int Ed25519Verify(byte* publicKey, byte* message, nuint count, byte* signature);

    [LibraryImport(Library, EntryPoint = "test_call")]
    public static partial int Call(int method, NativeStubs.Argument* arguments, long* result);

    [ModuleInitializer]
    internal static void Resolve() => NativeLibrary.SetDllImportResolver(typeof(NativeLayer).Assembly, (name, _, _) =>
        name == Library
        ? NativeLibrary.Load(NativeBuild.Library ?? throw new InvalidOperationException(NativeBuild.Missing)) : IntPtr.Zero);
}
