using System;
using System.IO;
using System.Threading;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Tests;

/// <summary>A virtual board on a radio whose folder goes back to a copy.</summary>
public sealed class RadioFolderTests : IDisposable
{
    private const string Air = "?profile=lora-sf9-eu868";
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();
    private readonly Identity _identity;
    private readonly RadioCard _gateway;
    private string _told = "";

    public RadioFolderTests()
    {
        _identity = Identity.Create(_crypto, new SystemRandom());
        _gateway = RadioCard.Of(Identity.Create(_crypto, new SystemRandom()), _crypto);
    }

    private string Data => _folder.File("device");

    private string Copy => _folder.File("copy");

    private string Cache => _folder.File("cache");

    public void Dispose()
    {
        _crypto.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_folder_that_is_put_back_from_a_copy_repeats_no_number_and_no_attempt_and_waits_an_hour()
    {
        FrameRecord first = Run();
        Assert.DoesNotContain("copy", _told, StringComparison.Ordinal);
        Assert.Equal(0, WaitMs());
        CopyFolder(Data, Copy);
        Assert.Equal(first.Nd, Run().Nd);
        Assert.DoesNotContain("copy", _told, StringComparison.Ordinal);

        // attempts are counted from the second on in which it is provisioned
        Assert.True(SpinWait.SpinUntil(() => DateTimeOffset.UtcNow.ToUnixTimeSeconds() > first.Nd, TimeSpan.FromMinutes(1)));
        Directory.Delete(Data, recursive: true);
        Directory.Move(Copy, Data);
        FrameRecord back = Run();
        Assert.Contains("its folder is a copy", _told, StringComparison.Ordinal);

        // numbers of attempts and of messages are above all that were used, and there is no root under which one could be used again
        Assert.True(back.Nd > first.Nd, $"{first.Nd}, {back.Nd}");
        Assert.True(back.NumberBase > first.NumberBase, $"{first.NumberBase}, {back.NumberBase}");
        Assert.False(back.HasRoot);
        Assert.InRange(WaitMs(), 50 * 60 * 1000, 70 * 60 * 1000);

        // the next start is an ordinary one, and the hour passes in it
        _told = "";
        Assert.Equal(back.Nd, Run().Nd);
        Assert.DoesNotContain("copy", _told, StringComparison.Ordinal);
        Assert.InRange(WaitMs(), 50 * 60 * 1000, 70 * 60 * 1000);
    }

    [Fact]
    public void A_place_outside_that_can_not_be_written_is_told_and_each_start_counts_as_one_from_a_copy()
    {
        File.WriteAllText(Cache, "a file, not a folder");
        Run();
        Assert.Contains("can't be written", _told, StringComparison.Ordinal);
        _told = "";
        Run();
        Assert.Contains("its folder is a copy", _told, StringComparison.Ordinal);
    }

    private FrameRecord Run()
    {
        RadioAddress radio = RadioAddress.Parse($"air://{Guid.NewGuid():N}{Air}");
        using (RadioBoard board = new(_identity, radio, new RadioGateway(_gateway), "t", TimeSpan.FromHours(1), 1,
            new RadioFolder(Data, Cache, _identity.PeerId), line => _told += line + "\n"))
        {
            // it does not start: what counts is what it begins with
        }

        FrameRecord record = new(new FileStore(Data));
        Assert.True(record.Load());
        return record;
    }

    // as the folder says that was settled last
    private int WaitMs()
    {
        byte[] copied = File.Exists(Path.Combine(Data, "copied")) ? File.ReadAllBytes(Path.Combine(Data, "copied")) : [];
        IStore airtime = CopiedStore.Open(Data, Convert.ToHexString(copied));
        using Closing closing = new(RadioAddress.Parse($"air://{Guid.NewGuid():N}{Air}").Create(false, airtime));
        Assert.Equal(LinkError.None, closing.Link.Open());
        return closing.Link.WaitMs(40, true);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private sealed class Closing(IFrameLink link) : IDisposable
    {
        internal IFrameLink Link { get; } = link;

        public void Dispose() => Link.Close();
    }
}
