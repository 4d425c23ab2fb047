using System;
using System.IO;
using System.Linq;
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
        Assert.Equal(Convert.ToHexStringLower(key.GetProperty("publicKey").GetBytesFromBase64()), key.GetProperty("publicKeyHex").GetString());
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
}
