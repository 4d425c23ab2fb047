using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

public class IdentityTests
{
    [Fact]
    public void Whoever_writes_into_the_public_key_gets_no_signature_that_gives_the_seed_away()
    {
        ManagedCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SeededRandom(1));
        byte[] key = (byte[])identity.PublicKey.Clone();
        byte[] message = [1, 2, 3];
        byte[] honest = new byte[64];
        identity.Sign(crypto, message, 0, 3, honest, 0);

        Array.Reverse(identity.PublicKey);
        Array.Reverse(identity.PublicKeyProtobuf);
        byte[] signature = new byte[64];
        identity.Sign(crypto, message, 0, 3, signature, 0);

        Assert.Equal(honest, signature);
        Assert.True(crypto.Ed25519Verify(key, 0, message, 0, 3, signature, 0));
    }
}
