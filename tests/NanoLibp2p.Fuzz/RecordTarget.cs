using System;
using System.Linq;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Fuzz;

/// <summary>The input as a signed peer record, every signature of which is right.</summary>
internal static class RecordTarget
{
    public static void Run(byte[] input)
    {
        PeerRecord? record = PeerRecord.Open(input, new Credulous(), new AnyKey(), out RecordError error);
        FuzzTarget.Must(record == null == (error != RecordError.None), "neither a record nor a reason");
        if (record != null)
        {
            FuzzTarget.Must(record.Envelope.Bytes.Span.SequenceEqual(input), "other bytes than those that came");
            FuzzTarget.Must(record.Addresses.Count <= PeerRecord.MaxAddresses, "more addresses than there is room for");
            FuzzTarget.Must(record.Addresses.All(one => one.Equals(Multiaddr.Parse(one.ToString()))), "an address's text is another's");
        }
    }

    private sealed class Credulous : ForwardingCrypto
    {
        public override bool Ed25519Verify(byte[] publicKey, int publicKeyOffset, byte[] message, int offset, int count, byte[] signature,
            int signatureOffset) => true;
    }

    private sealed class AnyKey : IIdentityVerifier
    {
        public int Verify(KeyType type, byte[] key, int keyOffset, int keyCount, byte[] message, int offset, int count, byte[] signature,
            int signatureOffset, int signatureCount) => IdentityResult.Valid;
    }
}
