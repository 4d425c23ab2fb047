using System;
using System.IO;
using System.Linq;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Gateway.Tests;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Identity_and_static_key_are_made_once_and_are_for_their_owner_alone()
    {
        string path = _folder.File("new/deep");
        (PeerId who, byte[] key) = Open(path);

        Assert.Equal((who, Convert.ToHexString(key)), Open(path) is var (again, sameKey) ? (again, Convert.ToHexString(sameKey)) : default);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
            foreach (string name in new[] { "identity", "noise-key" })
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, name)));
            }
        }
    }

    [Fact]
    public void A_folder_serves_one_gateway_at_a_time()
    {
        using (DataFolder.Open(_folder.Path))
        {
            Assert.True(DataFolder.IsInUse(_folder.Path));
            GatewayException e = Assert.Throws<GatewayException>(() => DataFolder.Open(_folder.Path));
            Assert.Contains($"a gateway runs on {_folder.Path} already (process {Environment.ProcessId})", e.Message,
                StringComparison.Ordinal);
        }

        Assert.False(DataFolder.IsInUse(_folder.Path));
        DataFolder.Open(_folder.Path).Dispose();
    }

    [Fact]
    public void A_damaged_identity_is_told_and_never_replaced()
    {
        Open(_folder.Path);
        byte[] bytes = File.ReadAllBytes(_folder.File("identity"));
        bytes[20] ^= 1;
        File.WriteAllBytes(_folder.File("identity"), bytes);

        Assert.Contains("is not an undamaged Ed25519 key", Assert.Throws<GatewayException>(() => Open(_folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.File("identity")));
    }

    [Fact]
    public void A_damaged_static_key_is_replaced_with_a_notice()
    {
        (_, byte[] before) = Open(_folder.Path);
        File.WriteAllBytes(_folder.File("noise-key"), before[..31]);
        using DataFolder folder = DataFolder.Open(_folder.Path);
        Identity identity = folder.ReadOrMakeIdentity(out bool isNew);

        NoiseIdentity made = folder.ReadOrMakeNoiseIdentity(identity, true, out string? notice);

        Assert.False(isNew);
        Assert.Contains("has 31 bytes instead of 32", notice, StringComparison.Ordinal);
        Assert.NotEqual(before, made.StaticKey.PrivateKey);
        Assert.Equal(made.StaticKey.PrivateKey, File.ReadAllBytes(_folder.File("noise-key")));
    }

    [Fact]
    public void A_folder_of_a_newer_program_is_refused_and_left_alone()
    {
        Open(_folder.Path);
        File.WriteAllText(_folder.File("version"), "2");
        string[] before = Directory.GetFiles(_folder.Path);

        Assert.Contains("is of version 2", Assert.Throws<GatewayException>(() => Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_folder.Path));
        Assert.False(DataFolder.IsInUse(_folder.Path));
    }

    [Fact]
    public void A_file_or_a_path_too_long_for_a_socket_is_no_data_folder()
    {
        string file = _folder.Write("file", "");
        Assert.Contains("is a file", Assert.Throws<GatewayException>(() => DataFolder.Open(file)).Message, StringComparison.Ordinal);
        string path = _folder.File(new string('x', 100));
        Assert.Contains("too long a path", Assert.Throws<GatewayException>(() => DataFolder.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_block_list_survives_and_a_line_that_is_no_peer_id_is_told_by_its_number()
    {
        PeerId peer = Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;
        using DataFolder folder = DataFolder.Open(_folder.Path);
        BlockList list = new(folder);
        Assert.True(list.Add(peer));
        Assert.False(list.Add(peer));
        Assert.True(new BlockList(folder).Contains(peer));

        File.WriteAllText(_folder.File("blocked"), $"# by hand\n\n{peer} # why\nsomebody\n");
        Assert.Contains("line 4 is no peer id", Assert.Throws<GatewayException>(list.Reload).Message, StringComparison.Ordinal);
        Assert.True(list.Contains(peer));
        Assert.True(list.Remove(peer));
        Assert.Empty(new BlockList(folder).Peers);
    }

    private static (PeerId Who, byte[] Key) Open(string path)
    {
        using DataFolder folder = DataFolder.Open(path);
        Identity identity = folder.ReadOrMakeIdentity(out _);
        return (identity.PeerId, folder.ReadOrMakeNoiseIdentity(identity, true, out _).StaticKey.PrivateKey.ToArray());
    }
}
