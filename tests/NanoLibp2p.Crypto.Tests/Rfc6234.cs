using System;
using System.Text;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>SHA-256 and SHA-512: the examples to FIPS 180-4 that RFC 6234 section 8.5 repeats (TEST1, TEST2, TEST3, TEST4), and no
/// bytes.</summary>
public sealed class Rfc6234
{
    private static readonly (string Message, int Repeat, string Sha256, string Sha512)[] _cases =
    [
        ("", 1,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
        ("abc", 1,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335"
            + "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445"),
        ("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 1,
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
            + "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"),
        ("a", 1000000,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
            + "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"),
        ("0123456701234567012345670123456701234567012345670123456701234567", 10,
            "594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5",
            "89d05ba632c699c31231ded4ffc127d5a894dad412c0e024db872d1abd2ba814"
            + "1a0f85072a9be1e2aa04cf33c765cb510813a39cd5a84c4acaa64d3f3fb7bae9"),
    ];

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Hashes_are_those_of_the_examples(CryptoProvider crypto)
    {
        foreach ((string message, int repeat, string sha256, string sha512) in _cases)
        {
            byte[] data = Encoding.ASCII.GetBytes(new StringBuilder().Insert(0, message, repeat).ToString());
            Assert.Equal(sha256, Bytes.Text(crypto.Sha256(data)));
            Assert.Equal(sha512, Bytes.Text(crypto.Sha512(data)));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void It_does_not_matter_in_which_pieces_the_data_comes(CryptoProvider crypto)
    {
        (string message, int repeat, string sha256, string sha512) = _cases[^1];
        byte[] data = Encoding.ASCII.GetBytes(new StringBuilder().Insert(0, message, repeat).ToString());
        byte[] hash = new byte[64];
        for (int piece = 1; piece < 200; piece++)
        {
            crypto.Sha256Start();
            crypto.Sha512Start();
            for (int at = 0; at < data.Length; at += piece)
            {
                crypto.Sha256Update(data, at, Math.Min(piece, data.Length - at));
                crypto.Sha512Update(data, at, Math.Min(piece, data.Length - at));
            }

            crypto.Sha256Finish(hash, 0);
            Assert.Equal(sha256, Bytes.Text(hash[..32]));
            crypto.Sha512Finish(hash, 0);
            Assert.Equal(sha512, Bytes.Text(hash));
        }
    }
}
