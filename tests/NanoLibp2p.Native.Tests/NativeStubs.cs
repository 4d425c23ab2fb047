using System;
using System.Runtime.InteropServices;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Native.Tests;

/// <summary>
/// The seam as a device has it: every call goes by its place in the firmware's table through marshalling and stub to the C layer. Only
/// the interpreter is another: tests/NanoLibp2p.Native.Tests/nanoclr.
/// </summary>
internal sealed unsafe class NativeStubs : CryptoProvider
{
    private readonly byte[] _sha256 = new byte[104];
    private readonly byte[] _sha512 = new byte[208];

    public override string Name => "native stubs";

    public override string ToString() => Name;

    public override void Sha256Start() => Call("Sha256Start", _sha256);

    public override void Sha256Update(byte[] data, int offset, int count) => Call("Sha256Update", _sha256, data, offset, count);

    public override void Sha256Finish(byte[] hash, int offset) => Call("Sha256Finish", _sha256, hash, offset);

    public override void Sha512Start() => Call("Sha512Start", _sha512);

    public override void Sha512Update(byte[] data, int offset, int count) => Call("Sha512Update", _sha512, data, offset, count);

    public override void Sha512Finish(byte[] hash, int offset) => Call("Sha512Finish", _sha512, hash, offset);

    public override void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count, byte[] mac,
        int macOffset) =>
        Call("HmacSha256", key, keyOffset, keyCount, data, offset, count, mac, macOffset);

    public override void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
        byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount) =>
        Call("HkdfSha256", salt, saltOffset, saltCount, ikm, ikmOffset, ikmCount, info, infoOffset, infoCount, okm, okmOffset, okmCount);

    public override void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[]? ad, int adOffset, int adCount, byte[] buffer, int offset, int count) =>
        Call("Seal", key, keyOffset, noncePrefix, nonceCounter, ad ?? buffer, adOffset, adCount, buffer, offset, count);

    public override bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
        byte[]? ad, int adOffset, int adCount, byte[] buffer, int offset, int count) =>
        Call("Open", key, keyOffset, noncePrefix, nonceCounter, ad ?? buffer, adOffset, adCount, buffer, offset, count) != 0;

    public override bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset) =>
        Call("X25519", scalar, scalarOffset, point, pointOffset, shared, sharedOffset) != 0;

    public override void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset) =>
        Call("X25519Base", scalar, scalarOffset, publicKey, publicKeyOffset);

    public override void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset) =>
        Call("Ed25519PublicKey", seed, seedOffset, publicKey, publicKeyOffset);

    public override void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) =>
        Call("Ed25519Sign", seed, seedOffset, publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset);

    public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
        byte[] message, int offset, int count, byte[] signature, int signatureOffset) =>
        Call("Ed25519Verify", publicKey, publicKeyOffset, message, offset, count, signature, signatureOffset) != 0;

    /// <summary>Calls a method of FirmwareCalls. Throws what nanoCLR would.</summary>
    public static long Call(string method, params object?[] arguments)
    {
        GCHandle[] pins = new GCHandle[arguments.Length];
        try
        {
            Argument* row = stackalloc Argument[arguments.Length + 1];
            for (int i = 0; i < arguments.Length; i++)
            {
                if (arguments[i] is byte[] array)
                {
                    pins[i] = GCHandle.Alloc(array, GCHandleType.Pinned);
                    row[i] = new Argument { Data = (byte*)pins[i].AddrOfPinnedObject(), Size = (ulong)array.Length };
                }
                else
                {
                    row[i] =
                        new Argument { Number = arguments[i] is ulong number ? number : unchecked((ulong)Convert.ToInt64(arguments[i])) };
                }
            }

            long result;
            return NativeLayer.Call(Interop.IndexOf(method), row, &result) switch
            {
                >= 0 => result,
                unchecked((int)0x80000001) => throw new ArgumentOutOfRangeException(method),
                _ => throw new NullReferenceException(method),
            };
        }
        finally
        {
            foreach (GCHandle pin in pins)
            {
                if (pin.IsAllocated)
                {
                    pin.Free();
                }
            }
        }
    }

    /// <summary>As nanoclr/nanoCLR_Interop.h has it.</summary>
    public struct Argument
    {
        public ulong Number;
        public byte* Data;
        public ulong Size;
    }
}
