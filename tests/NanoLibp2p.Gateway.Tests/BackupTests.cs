using System;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests;

public sealed class BackupTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2027, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    private string Kept => _folder.File("kept.tar.gz");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_of_a_running_gateway_makes_the_same_peer_elsewhere_with_its_tokens_and_blocks()
    {
        PeerId admitted = NewPeer();
        PeerId blocked = NewPeer();
        PeerId who;
        byte[] noise;
        await using (GatewayHost gateway = await GatewayHost.StartAsync(Gateways.Settings(Data), logging: _ => { }))
        {
            who = gateway.Node.PeerId;
            gateway.Core.Issue(admitted, AdmissionClass.Sensor, null);
            await gateway.Core.BlockAsync(blocked);
            noise = File.ReadAllBytes(Path.Combine(Data, "noise-key"));
            Directory.CreateDirectory(Path.Combine(Data, "stores/kad"));
            File.WriteAllText(Path.Combine(Data, "stores/kad/records"), "records");
            Backup.Write(Data, Kept);

            Assert.Contains("a gateway runs on", Assert.Throws<GatewayException>(() => Backup.Restore(Kept, Data, _now)).Message,
                StringComparison.Ordinal);
        }

        string other = _folder.File("other");
        Assert.Null(Backup.Restore(Kept, other, _now));

        await using GatewayHost again = await GatewayHost.StartAsync(Gateways.Settings(other), logging: _ => { });
        Assert.Equal(who, again.Node.PeerId);
        Assert.Equal(noise, File.ReadAllBytes(Path.Combine(other, "noise-key")));
        Assert.Equal(AdmissionClass.Sensor, again.Core.Admission.ClassOf(admitted));
        Assert.True(again.Core.Blocked.Contains(blocked));
        Assert.Equal("records", File.ReadAllText(Path.Combine(other, "stores/kad/records")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Kept));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(other, "identity")));
        }
    }

    [Fact]
    public void What_was_there_is_kept_beside_what_is_restored_and_no_backup_is_overwritten()
    {
        byte[] first = Make(Data);
        Backup.Write(Data, Kept);
        Assert.Contains("never overwritten", Assert.Throws<GatewayException>(() => Backup.Write(Data, Kept)).Message,
            StringComparison.Ordinal);
        Directory.Delete(Data, recursive: true);
        byte[] second = Make(Data);

        string former = Backup.Restore(Kept, Data, _now)!;

        Assert.Equal(Data + ".before-20270203-040506", former);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Data, "identity")));
        Assert.Equal(second, File.ReadAllBytes(Path.Combine(former, "identity")));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("stores/../../evil")]
    [InlineData("/etc/evil")]
    [InlineData("stores//evil")]
    [InlineData("control.sock")]
    [InlineData("lock")]
    public void A_backup_with_something_else_in_it_is_refused_whole(string name)
    {
        byte[] before = Make(Data);
        using (FileStream file = File.Create(Kept))
        using (GZipStream packed = new(file, CompressionLevel.Fastest))
        using (TarWriter tar = new(packed))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "identity") { DataStream = new MemoryStream(before) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) });
        }

        Assert.Contains("which no gateway keeps", Assert.Throws<GatewayException>(() => Backup.Restore(Kept, Data, _now)).Message,
            StringComparison.Ordinal);
        Assert.Equal(["data", "kept.tar.gz"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Data, "identity")));
    }

    [Fact]
    public void A_damaged_file_a_backup_without_identity_and_none_at_all_are_told_and_change_nothing()
    {
        byte[] before = Make(Data);
        Backup.Write(Data, Kept);
        byte[] good = File.ReadAllBytes(Kept);
        File.WriteAllBytes(_folder.File("cut"), good[..(good.Length / 2)]);
        File.WriteAllText(_folder.File("text"), "a backup?");
        using (GZipStream packed = new(File.Create(_folder.File("empty")), CompressionLevel.Fastest))
        using (TarWriter tar = new(packed))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "version") { DataStream = new MemoryStream([(byte)'1']) });
        }

        foreach (string name in new[] { "cut", "text", "empty", "none" })
        {
            GatewayException e = Assert.Throws<GatewayException>(() => Backup.Restore(_folder.File(name), Data, _now));
            Assert.Contains(_folder.File(name), e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Data, "identity")));
        Assert.DoesNotContain(Directory.GetDirectories(_folder.Path), one => one.Contains(".restore-", StringComparison.Ordinal));
        Assert.Contains("no gateway's identity", Assert.Throws<GatewayException>(
            () => Backup.Write(_folder.Path, _folder.File("more"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_larger_than_there_is_memory_for_goes_into_a_backup_piece_by_piece_and_back()
    {
        const long Large = 96L << 20;
        Make(Data);
        Directory.CreateDirectory(Path.Combine(Data, "stores"));
        using (FileStream large = File.Create(Path.Combine(Data, "stores/large")))
        {
            large.SetLength(Large);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Backup.Write(Data, Kept);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, Large / 8);
        before = GC.GetAllocatedBytesForCurrentThread();
        Backup.Restore(Kept, _folder.File("other"), _now);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, Large / 8);
        Assert.Equal(Large, new FileInfo(_folder.File("other/stores/large")).Length);
    }

    private static byte[] Make(string path)
    {
        using DataFolder folder = DataFolder.Open(path);
        return folder.ReadOrMakeIdentity(out _).ToProtobuf();
    }

    private static PeerId NewPeer() => Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;
}
