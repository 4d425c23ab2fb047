using System.Runtime.CompilerServices;

namespace NanoLibp2p.Crypto.Native
{
    /// <summary>
    /// What the firmware's half does. An offset or a count that leaves its array throws ArgumentOutOfRangeException, a null array
    /// NullReferenceException; where the firmware lacks that half, every call throws NotSupportedException.
    /// </summary>
    /// <remarks>
    /// The methods lie first in the flash image, because the class's name comes first: upstream's checksum, which binds this assembly to a
    /// firmware, looks at nothing before the first internal call, while the firmware finds a call by its place. Any change here or
    /// of the number of methods behind changes it; then nanolibp2p_native.cpp has to follow, and the tests say so.
    /// </remarks>
    internal static class FirmwareCalls
    {
        /// <summary>Version of the C layer's contract; 1.</summary>
        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern int Version();

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha256Start(byte[] state);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha256Update(byte[] state, byte[] data, int offset, int count);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha256Finish(byte[] state, byte[] hash, int offset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha512Start(byte[] state);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha512Update(byte[] state, byte[] data, int offset, int count);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Sha512Finish(byte[] state, byte[] hash, int offset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void HmacSha256(byte[] key, int keyOffset, int keyCount, byte[] data, int offset, int count,
            byte[] mac, int macOffset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void HkdfSha256(byte[] salt, int saltOffset, int saltCount, byte[] ikm, int ikmOffset, int ikmCount,
            byte[] info, int infoOffset, int infoCount, byte[] okm, int okmOffset, int okmCount);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern bool X25519(byte[] scalar, int scalarOffset, byte[] point, int pointOffset, byte[] shared, int sharedOffset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void X25519Base(byte[] scalar, int scalarOffset, byte[] publicKey, int publicKeyOffset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Ed25519PublicKey(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern void Ed25519Sign(byte[] seed, int seedOffset, byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset);

        [MethodImpl(MethodImplOptions.InternalCall)]
        internal static extern bool Ed25519Verify(byte[] publicKey, int publicKeyOffset,
            byte[] message, int offset, int count, byte[] signature, int signatureOffset);
    }
}
