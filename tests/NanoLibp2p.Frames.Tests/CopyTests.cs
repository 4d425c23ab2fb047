using System;
using System.IO;
using System.Linq;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>
/// A gateway's store that went back to a copy (SPEC.md 7, G5; 13.1): sessions, airtime, what was acknowledged. <c>-- mutants</c> takes
/// these rules out, too.
/// </summary>
public sealed class CopyTests : StoreFolder
{
    [Fact]
    public void A_store_that_went_back_to_a_copy_goes_on_with_no_session()
    {
        ManagedCrypto crypto = new();
        string copy = Path.Combine(Folder, "copy.db");
        using (SqliteFrameStore store = new(Options))
        {
            store.Save(StoredDevice.Full(), null);
        }

        File.Copy(Options.Path, copy);
        using (SqliteFrameStore store = new(Options))
        {
            Assert.False(store.IsRestored);
        }

        File.Copy(copy, Options.Path, overwrite: true);
        using (SqliteFrameStore store = new(Options))
        {
            Assert.True(store.IsRestored);
            Assert.All(store.Load(), device => Assert.True(device.Confirmed!.IsDormant && device.Next!.IsDormant));
            FrameGateway gateway = new(new FrameGatewayOptions
            {
                Identity = Identity.Create(crypto, new SeededRandom(2)), Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true,
                Store = store,
            }, (_, _) => { });
            Assert.Null(gateway.Seal(StoredDevice.Full().Peer, FrameInner.Ping, false, []));
        }

        // and the next start, which sees nothing of the copy, neither
        using SqliteFrameStore last = new(Options);
        Assert.False(last.IsRestored);
        Assert.True(Assert.Single(last.Load()).Confirmed!.IsDormant);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_acknowledged_since_a_copy_is_published_though_the_store_goes_back_to_it(bool isEmpty)
    {
        PeerId peer = StoredDevice.Full().Peer;
        string copy = Path.Combine(Folder, "copy.db");
        using (SqliteFrameStore store = new(Options))
        {
            Take(store, 1);
            Take(store, 2);
            store.WriteNote("air-lora0", [7]);
        }

        File.Copy(Options.Path, copy);
        using (SqliteFrameStore store = new(Options))
        {
            Take(store, 3);
            Take(store, 4);
            store.Published(store.Outbox().First(one => one.Number == 3));
        }

        if (isEmpty)
        {
            File.Delete(Options.Path);
        }
        else
        {
            File.Copy(copy, Options.Path, overwrite: true);
        }

        using (SqliteFrameStore store = new(Options))
        {
            Assert.True(store.IsRestored && store.HasOutside && store.LastCopy.Length > 0);
            ulong[] numbers = [.. store.Outbox().Select(one => one.Number).Order()];
            Assert.Equal<ulong>([1, 2, 4], numbers);
            Assert.Equal([4], store.Outbox().Single(one => one.Number == 4).Message);

            // what is known of airtime was known before the copy
            Assert.Null(store.ReadNote("air-lora0"));
            foreach (FramePublication one in store.Outbox())
            {
                store.Published(one);
            }
        }

        // what is in the mesh by now is on neither side
        File.Delete(Options.Path);
        using SqliteFrameStore last = new(Options);
        Assert.True(last.IsRestored);
        Assert.Empty(last.Outbox());

        void Take(SqliteFrameStore store, int number) => store.Save(StoredDevice.Full(),
            new FrameTaken(number, FrameInner.Publish, new byte[] { 1 })
            {
                Publication = new FramePublication(peer, "t", (ulong)number, [(byte)number], 0, 1),
            });
    }

    [Fact]
    public void A_gateways_radio_whose_store_went_back_to_a_copy_waits_an_hour_however_often_it_starts_meanwhile()
    {
        MemoryFrameStore store = new();
        SetClock clock = new();
        Assert.True(Lora(store, clock, false).MayGo(20, false, TimeSpan.Zero));
        FrameRadio radio = Lora(store, clock, true);
        int minutes = 0;
        while (!radio.MayGo(20, false, TimeSpan.Zero))
        {
            clock.Now += TimeSpan.FromMinutes(1);
            minutes++;
            radio = Lora(store, clock, false);
        }

        Assert.InRange(minutes, 60, 71);
    }

    [Fact]
    public void A_radio_of_which_a_store_that_went_back_to_a_copy_knows_nothing_has_used_its_hour_at_a_later_start_too()
    {
        MemoryFrameStore store = new();
        SetClock clock = new();
        ManagedCrypto crypto = new();
        FrameGatewayOptions options = new()
        {
            Identity = Identity.Create(crypto, new SeededRandom(2)), Crypto = crypto, Random = new SeededRandom(3), Admits = _ => true,
            Store = store, Time = clock, IsRestored = true,
        };
        Assert.True(Lora(store, clock, false).MayGo(20, false, TimeSpan.Zero));
        store.WriteNote("air-lora", []);
        _ = new FrameGateway(options, (_, _) => { });
        Assert.False(Lora(store, clock, false).MayGo(20, false, TimeSpan.Zero));
    }

    private static FrameRadio Lora(IFrameStore store, TimeProvider clock, bool isCopy)
    {
        FrameRadio radio = new()
        {
            Name = "lora", TimeOnAir = _ => TimeSpan.FromMilliseconds(400), AirtimeOfHour = TimeSpan.FromSeconds(36),
        };
        radio.Attach(store, clock, isCopy);
        return radio;
    }
}
