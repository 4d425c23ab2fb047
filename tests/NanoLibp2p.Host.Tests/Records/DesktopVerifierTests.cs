using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.Records;

/// <summary>Keys of peers that are not Ed25519: what verifies, what is refused, and what is refused before it costs anything.</summary>
public class DesktopVerifierTests
{
    private static readonly byte[] _message = Encoding.ASCII.GetBytes("a message");

    [Theory]
    [InlineData(JsRecords.Secp256k1, "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY")]
    [InlineData(JsRecords.Ecdsa, "QmVMT29id3TUASyfZZ6k9hmNyc2nYabCo4uMSpDw4zrgDk")]
    [InlineData(JsRecords.Rsa, "QmP6VipgHnEknt28vCmrNFBB6X2xM77zEL51t5rFUCcWNg")]
    public void A_record_that_js_signed_with_such_a_key_opens_and_a_changed_one_does_not(string hex, string peer)
    {
        byte[] bytes = Convert.FromHexString(hex);
        PeerRecord? record = PeerRecord.Open(bytes, new ManagedCrypto(), new DesktopVerifier(), out RecordError error);
        Assert.Equal(RecordError.None, error);
        Assert.Equal(peer, record!.Peer.ToString());
        Assert.Equal(["/ip4/192.0.2.7/tcp/4001", "/ip6/2001:db8::7/tcp/4001"], record.Addresses.Select(one => one.ToString()));

        // the sequence's first byte
        bytes[bytes.AsSpan().IndexOf((byte[])[0x10, 0x80, 0x99, 0xDE]) + 1] ^= 1;
        Assert.Null(PeerRecord.Open(bytes, new ManagedCrypto(), new DesktopVerifier(), out error));
        Assert.Equal(RecordError.SignatureInvalid, error);
    }

    [Theory]
    [InlineData(2048, true)]
    [InlineData(1024, false)]
    public void An_RSA_key_below_2048_bits_is_refused(int bits, bool isTaken)
    {
        using RSA rsa = RSA.Create(bits);
        byte[] signature = rsa.SignData(_message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        Assert.Equal(isTaken ? IdentityResult.Valid : IdentityResult.Invalid,
            Verify(KeyType.Rsa, rsa.ExportSubjectPublicKeyInfo(), signature));
    }

    [Fact]
    public void An_RSA_key_above_8192_bits_or_with_a_large_exponent_is_refused_without_computing()
    {
        // as an attacker makes them: an odd number of that length, and an exponent that costs as much as signing
        Assert.Equal(IdentityResult.Invalid, Verify(KeyType.Rsa, Rsa(8320, [1, 0, 1]), new byte[1040]));
        Assert.Equal(IdentityResult.Invalid, Verify(KeyType.Rsa, Rsa(2048, Enumerable.Repeat((byte)0xFF, 256).ToArray()), new byte[256]));
    }

    [Theory]
    [InlineData("1.2.840.10045.3.1.7", true)]
    [InlineData("1.3.132.0.34", true)]
    [InlineData("1.3.132.0.35", true)]
    [InlineData("1.3.132.0.10", false)]
    public void ECDSA_is_for_P256_P384_and_P521(string curve, bool isTaken)
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.CreateFromValue(curve));
        byte[] signature = ecdsa.SignData(_message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

        Assert.Equal(isTaken ? IdentityResult.Valid : IdentityResult.Invalid,
            Verify(KeyType.Ecdsa, ecdsa.ExportSubjectPublicKeyInfo(), signature));
    }

    [Theory]
    [InlineData("", "no bytes")]
    [InlineData("02", "no coordinate")]
    [InlineData("04e4e4e4", "an uncompressed point")]
    [InlineData("02ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "a coordinate beyond the field")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005", "a coordinate of no point")]
    [InlineData("037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca9900", "a byte too many")]
    public void A_secp256k1_key_that_is_none_is_refused(string hex, string what)
    {
        Assert.True(Verify(KeyType.Secp256k1, Convert.FromHexString(hex), [0x30, 6, 2, 1, 1, 2, 1, 1]) == IdentityResult.Invalid, what);
    }

    [Theory]
    [InlineData(KeyType.Rsa)]
    [InlineData(KeyType.Ecdsa)]
    [InlineData(KeyType.Secp256k1)]
    public void Garbage_is_invalid_and_no_exception(KeyType type)
    {
        Random random = new(7);
        for (int i = 0; i < 200; i++)
        {
            byte[] key = new byte[random.Next(300)];
            byte[] signature = new byte[random.Next(80)];
            random.NextBytes(key);
            random.NextBytes(signature);
            Assert.Equal(IdentityResult.Invalid, Verify(type, key, signature));
        }
    }

    [Fact]
    public async Task A_node_verifies_such_keys_unless_it_is_told_otherwise()
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);

        Assert.IsType<DesktopVerifier>(options.Node.Verifier);
    }

    private static int Verify(KeyType type, byte[] key, byte[] signature)
    {
        // in the midst of other bytes, as they come
        byte[] all = [9, .. key, .. _message, .. signature, 9];
        return new DesktopVerifier().Verify(type, all, 1, key.Length, all, 1 + key.Length, _message.Length, all,
            1 + key.Length + _message.Length, signature.Length);
    }

    private static byte[] Rsa(int bits, byte[] exponent)
    {
        byte[] modulus = Enumerable.Repeat((byte)0xC3, bits / 8).ToArray();
        using RSA rsa = RSA.Create();
        rsa.ImportParameters(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return rsa.ExportSubjectPublicKeyInfo();
    }
}
