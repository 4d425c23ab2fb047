using System;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>RFC 8439: ChaCha20, Poly1305 and their AEAD.</summary>
public sealed class Rfc8439
{
    // key, nonce, counter, key stream
    private static readonly (string Section, string Key, string Nonce, uint Counter, string Stream)[] _blocks =
    [
        ("2.3.2", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "000000090000004a00000000", 1,
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            + "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"),
        ("A.1 #1", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 0,
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            + "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"),
        ("A.1 #2", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 1,
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            + "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"),
        ("A.1 #3", "0000000000000000000000000000000000000000000000000000000000000001", "000000000000000000000000", 1,
            "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
            + "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0"),
        ("A.1 #4", "00ff000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 2,
            "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
            + "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096"),
        ("A.1 #5", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000002", 0,
            "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
            + "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d"),
    ];

    private static readonly (string Section, string Key, string Message, string Tag)[] _macs =
    [
        ("2.5.2", "85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b",
            "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9"),
        ("A.3 #1", "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000", "00000000000000000000000000000000"),
        ("A.3 #2", "0000000000000000000000000000000036e5f6b5c5e06070f0efca96227a863e",
            "416e79207375626d697373696f6e20746f20746865204945544620696e74656e6465642062792074686520436f6e7472696275746f722066"
            + "6f72207075626c69636174696f6e20617320616c6c206f722070617274206f6620616e204945544620496e7465726e65742d447261667420"
            + "6f722052464320616e6420616e792073746174656d656e74206d6164652077697468696e2074686520636f6e74657874206f6620616e2049"
            + "45544620616374697669747920697320636f6e7369646572656420616e20224945544620436f6e747269627574696f6e222e205375636820"
            + "73746174656d656e747320696e636c756465206f72616c2073746174656d656e747320696e20494554462073657373696f6e732c20617320"
            + "77656c6c206173207772697474656e20616e6420656c656374726f6e696320636f6d6d756e69636174696f6e73206d61646520617420616e"
            + "792074696d65206f7220706c6163652c207768696368206172652061646472657373656420746f", "36e5f6b5c5e06070f0efca96227a863e"),
        ("A.3 #3", "36e5f6b5c5e06070f0efca96227a863e00000000000000000000000000000000",
            "416e79207375626d697373696f6e20746f20746865204945544620696e74656e6465642062792074686520436f6e7472696275746f722066"
            + "6f72207075626c69636174696f6e20617320616c6c206f722070617274206f6620616e204945544620496e7465726e65742d447261667420"
            + "6f722052464320616e6420616e792073746174656d656e74206d6164652077697468696e2074686520636f6e74657874206f6620616e2049"
            + "45544620616374697669747920697320636f6e7369646572656420616e20224945544620436f6e747269627574696f6e222e205375636820"
            + "73746174656d656e747320696e636c756465206f72616c2073746174656d656e747320696e20494554462073657373696f6e732c20617320"
            + "77656c6c206173207772697474656e20616e6420656c656374726f6e696320636f6d6d756e69636174696f6e73206d61646520617420616e"
            + "792074696d65206f7220706c6163652c207768696368206172652061646472657373656420746f", "f3477e7cd95417af89a6b8794c310cf0"),
        ("A.3 #4", "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
            "2754776173206272696c6c69672c20616e642074686520736c6974687920746f7665730a446964206779726520616e642067696d626c6520"
            + "696e2074686520776162653a0a416c6c206d696d737920776572652074686520626f726f676f7665732c0a416e6420746865206d6f6d6520"
            + "7261746873206f757467726162652e", "4541669a7eaaee61e708dc7cbcc5eb62"),
        ("A.3 #5", "0200000000000000000000000000000000000000000000000000000000000000",
            "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000"),
        ("A.3 #6", "02000000000000000000000000000000ffffffffffffffffffffffffffffffff",
            "02000000000000000000000000000000", "03000000000000000000000000000000"),
        ("A.3 #7", "0100000000000000000000000000000000000000000000000000000000000000",
            "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000",
            "05000000000000000000000000000000"),
        ("A.3 #8", "0100000000000000000000000000000000000000000000000000000000000000",
            "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101",
            "00000000000000000000000000000000"),
        ("A.3 #9", "0200000000000000000000000000000000000000000000000000000000000000",
            "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"),
        ("A.3 #10", "0100000000000000040000000000000000000000000000000000000000000000",
            "e33594d7505e43b900000000000000003394d7505e4379cd0100000000000000000000000000000000000000000000000100000000000000"
            + "0000000000000000", "14000000000000005500000000000000"),
        ("A.3 #11", "0100000000000000040000000000000000000000000000000000000000000000",
            "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000",
            "13000000000000000000000000000000"),
    ];

    // plaintext, associated data, key, nonce, ciphertext, tag
    private static readonly string[][] _boxes =
    [
        // 2.8.2
        [
            "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666"
            + "657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069"
            + "742e",
            "50515253c0c1c2c3c4c5c6c7",
            "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
            "070000004041424344454647",
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29"
            + "05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b"
            + "6116",
            "1ae10b594f09e26a7e902ecbd0600691",
        ],
        // A.5
        [
            "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c696420666f722061206d6178696d756d20"
            + "6f6620736978206d6f6e74687320616e64206d617920626520757064617465642c207265706c616365642c206f72206f62736f6c65746564"
            + "206279206f7468657220646f63756d656e747320617420616e792074696d652e20497420697320696e617070726f70726961746520746f20"
            + "75736520496e7465726e65742d447261667473206173207265666572656e6365206d6174657269616c206f7220746f206369746520746865"
            + "6d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67726573732e2fe2809d",
            "f33388860000000000004e91",
            "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
            "000000000102030405060708",
            "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100"
            + "d4f03b7f355894cf332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b350638"
            + "3606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa115"
            + "5b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
            + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709b",
            "eead9d67890cbb22392336fea1851f38",
        ],
    ];

    [Fact]
    public void The_block_function_is_as_in_2_3_2_and_A_1()
    {
        ChaCha20 cipher = new();
        foreach ((string section, string key, string nonce, uint counter, string stream) in _blocks)
        {
            byte[] n = Bytes.Hex(nonce), block = new byte[64];
            cipher.Start(Bytes.Hex(key), 0, counter, BitConverter.ToUInt32(n, 0), BitConverter.ToUInt64(n, 4));
            cipher.Next(block, new uint[16], 0);
            Assert.Equal((section, stream), (section, Bytes.Text(block)));
        }
    }

    [Fact]
    public void Encryption_is_as_in_2_4_2()
    {
        byte[] text = Bytes.Hex(_boxes[0][0]);
        ChaCha20 cipher = new();
        cipher.Start(Bytes.Hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), 0, 1, 0, 0x4a000000);
        byte[] all = new byte[128];
        text.CopyTo(all, 0);
        for (int at = 0; at < 128; at += 64)
        {
            byte[] block = all[at..(at + 64)];
            cipher.Next(block, new uint[16], 0);
            block.CopyTo(all, at);
        }

        Assert.Equal(
            "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab"
            + "8f530c359f0861d807ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42"
            + "874d",
            Bytes.Text(all[..text.Length]));
    }

    [Fact]
    public void Poly1305_is_as_in_2_5_2_and_A_3()
    {
        Poly1305 mac = new();
        foreach ((string section, string key, string message, string tag) in _macs)
        {
            byte[] text = Bytes.Hex(message), made = new byte[16];
            mac.Start(Words(Bytes.Hex(key)));
            mac.Update(Words(text[..(text.Length & ~15)]), text.Length / 16, 0x100000000);
            if (text.Length % 16 > 0)
            {
                byte[] last = [.. text[(text.Length & ~15)..], 1, .. new byte[15 - text.Length % 16]];
                mac.Update(Words(last), 1, 0);
            }

            mac.Finish(made, 0);
            Assert.Equal((section, tag), (section, Bytes.Text(made)));
        }
    }

    [Theory]
    // 2.6.2, and A.4 #2
    [InlineData("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "000000000001020304050607",
        "8ad5a08b905f81cc815040274ab29471a833b637e3fd0da508dbb8e2fdd1a646")]
    [InlineData("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0", "000000000000000000000002",
        "965e3bc6f9ec7ed9560808f4d229f94b137ff275ca9b3fcbdd59deaad23310ae")]
    public void The_one_time_key_is_the_first_words_of_block_0(string key, string nonce, string expected)
    {
        ChaCha20 cipher = new();
        byte[] n = Bytes.Hex(nonce);
        uint[] words = new uint[16];
        cipher.Start(Bytes.Hex(key), 0, 0, BitConverter.ToUInt32(n, 0), BitConverter.ToUInt64(n, 4));
        cipher.Next(null, words, 0);
        byte[] made = new byte[32];
        Buffer.BlockCopy(words, 0, made, 0, 32);
        Assert.Equal(expected, Bytes.Text(made));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Sealing_is_as_in_2_8_2_and_A_5(CryptoProvider crypto)
    {
        foreach (string[] box in _boxes)
        {
            byte[] made = crypto.Seal(Bytes.Hex(box[2]), Bytes.Hex(box[3]), Bytes.Hex(box[1]), Bytes.Hex(box[0]));
            Assert.Equal(box[4] + box[5], Bytes.Text(made));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Opening_is_as_in_2_8_2_and_A_5(CryptoProvider crypto)
    {
        foreach (string[] box in _boxes)
        {
            byte[] buffer = Bytes.Hex(box[4] + box[5]);
            Assert.True(crypto.Open(Bytes.Hex(box[2]), Bytes.Hex(box[3]), Bytes.Hex(box[1]), buffer));
            Assert.Equal(box[0], Bytes.Text(buffer[..^16]));
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_box_with_any_changed_byte_does_not_open_and_stays_as_it_was(CryptoProvider crypto)
    {
        string[] box = _boxes[0];
        byte[] right = Bytes.Hex(box[4] + box[5]);
        for (int i = 0; i < right.Length; i++)
        {
            byte[] wrong = (byte[])right.Clone();
            wrong[i] ^= 0x04;
            byte[] buffer = (byte[])wrong.Clone();
            Assert.False(crypto.Open(Bytes.Hex(box[2]), Bytes.Hex(box[3]), Bytes.Hex(box[1]), buffer));
            Assert.Equal(wrong, buffer);
        }

        byte[] ad = Bytes.Hex(box[1]);
        ad[^1] ^= 1;
        Assert.False(crypto.Open(Bytes.Hex(box[2]), Bytes.Hex(box[3]), ad, (byte[])right.Clone()));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void What_is_shorter_than_a_tag_does_not_open(CryptoProvider crypto)
    {
        for (int count = 0; count < 16; count++)
        {
            Assert.False(crypto.Open(new byte[32], new byte[12], [], new byte[count]));
        }
    }

    private static uint[] Words(byte[] bytes)
    {
        uint[] words = new uint[bytes.Length / 4];
        Buffer.BlockCopy(bytes, 0, words, 0, bytes.Length);
        return words;
    }
}
