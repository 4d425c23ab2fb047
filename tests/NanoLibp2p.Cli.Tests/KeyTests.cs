using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

public sealed class KeyTests : IDisposable
{
    // the identity of the libp2p project's perf servers: an Ed25519 key of an all-zero seed
    private const string ZeroSeedPeer = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_seed_is_the_same_peer_every_time()
    {
        CliResult made = await CliResult.RunAsync("key", "new", "--seed", new string('0', 64), "--json");

        Assert.Equal(0, made.ExitCode);
        JsonElement key = Assert.Single(made.EventsOf("key"));
        Assert.Equal(ZeroSeedPeer, key.GetProperty("peerId").GetString());
        Assert.StartsWith("bafzaajaiaejc", key.GetProperty("cid").GetString(), StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexStringLower(key.GetProperty("publicKey").GetBytesFromBase64()),
            key.GetProperty("publicKeyHex").GetString());
        Assert.Equal([0x08, 0x01, 0x12, 0x20], key.GetProperty("publicKey").GetBytesFromBase64().Take(4));
    }

    [Fact]
    public async Task A_key_that_goes_to_no_file_is_shown_whole()
    {
        CliResult made = await CliResult.RunAsync("key", "new", "--json");

        byte[] key = made.EventsOf("key").Single().GetProperty("privateKey").GetBytesFromBase64();
        Assert.Equal(68, key.Length);
        Assert.Equal([0x08, 0x01, 0x12, 0x40], key.Take(4));
    }

    [Fact]
    public async Task A_key_file_is_libp2ps_protobuf_and_for_its_owner_alone()
    {
        string file = _folder.File("key");
        CliResult made = await CliProcess.RunAsync("key", "new", "--out", file, "--json");
        CliResult shown = await CliProcess.RunAsync("key", "show", file, "--json");

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(0, shown.ExitCode);
        Assert.Equal(made.Output, shown.Output);
        Assert.False(shown.EventsOf("key").Single().TryGetProperty("privateKey", out _));
        Assert.Equal(68, new FileInfo(file).Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task The_private_key_is_shown_when_asked_for_by_name()
    {
        string file = _folder.File("key");
        await CliResult.RunAsync("key", "new", "--out", file);

        CliResult shown = await CliResult.RunAsync("key", "show", file, "--private", "--json");
        CliResult people = await CliResult.RunAsync("key", "show", file, "--private");

        byte[] bytes = File.ReadAllBytes(file);
        Assert.Equal(bytes, shown.EventsOf("key").Single().GetProperty("privateKey").GetBytesFromBase64());
        Assert.Contains(Convert.ToBase64String(bytes), people.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_is_never_overwritten()
    {
        string file = _folder.File("key");
        await CliResult.RunAsync("key", "new", "--out", file);
        byte[] before = File.ReadAllBytes(file);

        CliResult again = await CliResult.RunAsync("key", "new", "--out", file);

        again.AssertFailed(2, "never overwritten", file);
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_told()
        => (await CliResult.RunAsync("key", "new", "--out", _folder.File("none/key"))).AssertFailed(1, "cannot write the key");

    [Fact]
    public async Task A_missing_key_file_is_told_with_what_to_do()
        => (await CliResult.RunAsync("key", "show", _folder.File("none"))).AssertFailed(2, "is not there", "key new --out");

    [Theory]
    [InlineData("key", "new", "--out")]
    [InlineData("key", "show")]
    [InlineData("listen", "--key")]
    public async Task A_folder_in_place_of_a_key_file_is_told(params string[] command)
        => (await CliResult.RunAsync([.. command, Path.GetDirectoryName(_folder.File("key"))!])).AssertFailed(2, "is a folder", "key file");

    [Theory]
    [InlineData(0)]
    [InlineData(67)]
    [InlineData(69)]
    [InlineData(1000)]
    public async Task A_file_that_is_no_key_is_refused(int length)
    {
        string file = _folder.File("key");
        File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)8, length)]);

        (await CliResult.RunAsync("key", "show", file)).AssertFailed(2, "not an undamaged Ed25519 key", "key new");
    }

    [Fact]
    public async Task A_key_with_one_bit_changed_is_refused()
    {
        string file = _folder.File("key");
        await CliResult.RunAsync("key", "new", "--out", file);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);

        (await CliResult.RunAsync("key", "show", file)).AssertFailed(2, "not an undamaged Ed25519 key");
    }

    [Theory]
    [InlineData("rsa", "an RSA private key in libp2p's protobuf form")]
    [InlineData("rsa public", "an RSA public key")]
    [InlineData("rsa cut", "an RSA key, damaged", "cut short")]
    [InlineData("secp256k1", "a secp256k1 private key in libp2p's protobuf form")]
    [InlineData("ecdsa", "an ECDSA private key in libp2p's protobuf form")]
    [InlineData("ed25519 public", "an Ed25519 public key", "the private one is needed")]
    [InlineData("ed25519 cut", "an Ed25519 key, damaged", "cut short to 60 of 68 bytes")]
    [InlineData("ed25519 long", "an Ed25519 key, damaged", "3 bytes stand behind it")]
    [InlineData("ed25519 bit", "a damaged Ed25519 key", "halves do not belong together")]
    [InlineData("ed25519 base64", "text in base64", "Ed25519", "base64 -d")]
    [InlineData("rsa pem", "an RSA private key in PEM form")]
    [InlineData("rsa pkcs8 pem", "an RSA private key in PEM form")]
    [InlineData("rsa pkcs8 der", "an RSA key in DER form")]
    [InlineData("ec pem", "an ECDSA private key in PEM form")]
    [InlineData("ed25519 pkcs8 pem", "an Ed25519 private key in PEM form")]
    [InlineData("openssh", "an OpenSSH private key (ssh-ed25519)")]
    [InlineData("openssh public", "an OpenSSH public key (ssh-ed25519)")]
    [InlineData("seed", "64 hexadecimal digits", "--seed")]
    [InlineData("raw seed", "a bare seed")]
    [InlineData("raw key", "64 bytes", "08 01 12 40")]
    [InlineData("zeros", "all 0")]
    [InlineData("empty", "it is empty")]
    [InlineData("noise", "something else")]
    [InlineData("prose", "text of another kind")]
    public async Task A_key_of_another_kind_is_named_as_what_it_is(string kind, params string[] inSentence)
    {
        string file = _folder.File("key");
        File.WriteAllBytes(file, KeyOfKind(kind));

        CliResult shown = await CliResult.RunAsync("key", "show", file);

        shown.AssertFailed(2, [file, "key new", .. inSentence]);
        Assert.Equal(shown.Errors, (await CliResult.RunAsync("listen", "--listen", "/ip4/127.0.0.1/tcp/0", "--key", file)).Errors);
    }

    public static bool HasSmallDisk => OperatingSystem.IsLinux() && Shell.Has("unshare") && Shell.Has("mount")
        && Environment.IsPrivilegedProcess;

    [Theory(SkipUnless = nameof(HasSmallDisk), Skip = "no unshare (util-linux), or no right to mount a small disk with it")]
    [InlineData("key new --out $disk/key")]
    [InlineData("listen --listen /ip4/127.0.0.1/tcp/0 --key $disk/key")]
    public async Task A_full_disk_leaves_nothing_behind(string command)
    {
        using TemporaryFolder folder = new();
        (int? code, string output, string errors) = await Shell.RunAsync(
            $"export cli disk={folder.File("disk")} && mkdir $disk && unshare -m bash -c 'mount -t tmpfs -o size=8k tmpfs $disk && head -c "
                + $"8192 /dev/zero > $disk/full && $cli {command}; echo code $?; ls -A $disk'");

        Assert.Equal((0, "code 1\nfull\n"), (code, output));
        Assert.Equal($"cannot write the key to {folder.File("disk/key")}: the disk is full\n", errors);
    }

    [Fact]
    public async Task A_key_file_is_alone_in_its_folder()
    {
        string file = _folder.File("key");
        await CliResult.RunAsync("key", "new", "--out", file);

        Assert.Equal([file], Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!));
    }

    private static byte[] KeyOfKind(string kind)
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] seed = [.. Enumerable.Range(1, 32).Select(one => (byte)one)];
        byte[] ed25519 = Keys.FromSeed(seed).ToProtobuf();
        byte[] pkcs8 = [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, .. seed];
        byte[] ssh = [.. "openssh-key-v1"u8, 0, 0, 0, 0, 4, .. "none"u8, 0, 0, 0, 11, .. "ssh-ed25519"u8, .. ed25519];
        return kind switch
        {
            "rsa" => Message(0, rsa.ExportRSAPrivateKey()),
            "rsa public" => Message(0, rsa.ExportSubjectPublicKeyInfo()),
            "rsa cut" => Message(0, rsa.ExportRSAPrivateKey())[..^100],
            "secp256k1" => Message(2, seed),
            "ecdsa" => Message(3, ec.ExportECPrivateKey()),
            "ed25519 public" => Message(1, seed),
            "ed25519 cut" => ed25519[..60],
            "ed25519 long" => [.. ed25519, 1, 2, 3],
            "ed25519 bit" => [.. ed25519[..20], (byte)(ed25519[20] ^ 1), .. ed25519[21..]],
            "ed25519 base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(ed25519) + "\n"),
            "rsa pem" => Encoding.ASCII.GetBytes(rsa.ExportRSAPrivateKeyPem()),
            "rsa pkcs8 pem" => Encoding.ASCII.GetBytes(rsa.ExportPkcs8PrivateKeyPem()),
            "rsa pkcs8 der" => rsa.ExportPkcs8PrivateKey(),
            "ec pem" => Encoding.ASCII.GetBytes(ec.ExportECPrivateKeyPem()),
            "ed25519 pkcs8 pem" => Encoding.ASCII.GetBytes(PemEncoding.WriteString("PRIVATE KEY", pkcs8)),
            "openssh" => Encoding.ASCII.GetBytes(PemEncoding.WriteString("OPENSSH PRIVATE KEY", ssh) + "\n"),
            "openssh public" => Encoding.ASCII.GetBytes($"ssh-ed25519 {Convert.ToBase64String(seed)} me@here\n"),
            "seed" => Encoding.ASCII.GetBytes(Convert.ToHexString(seed) + "\n"),
            "raw seed" => seed,
            "raw key" => ed25519[4..],
            "zeros" => new byte[68],
            "empty" => [],
            "noise" => [0xFF, .. seed],
            _ => "not a key!"u8.ToArray(),
        };
    }

    // libp2p's PrivateKey and PublicKey messages (peer-ids spec, "Keys")
    private static byte[] Message(byte type, byte[] data)
        => [0x08, type, 0x12, .. data.Length < 128
            ? [(byte)data.Length] : new[] { (byte)(data.Length | 0x80), (byte)(data.Length >> 7) }, .. data];
}
