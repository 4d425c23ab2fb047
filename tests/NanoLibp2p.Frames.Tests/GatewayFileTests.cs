using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Tests;

/// <summary>A gateway on its real file while a device publishes: the power goes at its writes, the file goes back to a copy, the disk gets
/// full (SPEC.md 7, G1 to G5).</summary>
public sealed class GatewayFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("frames-").FullName;
    private readonly WatchingCrypto _crypto = new();
    private readonly CuttingFile _file;
    private readonly Radio _radio;
    private int _readings;

    public GatewayFileTests()
    {
        _file = new CuttingFile(_folder);

        // with the full suite, whose sealing the cryptography watches
        FrameNodeOptions options = NodeTests.Lora(128);
        options.Session.IsShort = false;
        options.Readings = 64;
        _radio = new Radio(options, _crypto, seed: 3, store: _file);
        _radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        _radio.Start();
        _radio.Until(() => _radio.Node.State == FrameState.Open);
    }

    public void Dispose()
    {
        _file.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Power_that_goes_at_any_write_of_the_gateway_repeats_no_number_and_loses_nothing_that_was_acknowledged()
    {
        _file.Cuts = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            Publish();
        }

        Assert.InRange(_file.CutCount, 15, int.MaxValue);
        _file.Cuts = null;
        _radio.Settle();
        Assert.Null(_crypto.Fault);
        Assert.Empty(_radio.Lost);
        Assert.Equal(Enumerable.Range(1, 60).Select(Reading), Outbox());
    }

    [Fact]
    public void A_file_that_goes_back_to_a_copy_repeats_no_number_and_loses_nothing_that_is_acknowledged_afterwards()
    {
        Many(10);
        _file.Copy();
        Many(10);
        _file.GoBack();
        _radio.RestartGateway();
        Many(10);
        _radio.Settle();
        Assert.Null(_crypto.Fault);
        Assert.Empty(_radio.Lost);
        Assert.Equal([.. Enumerable.Range(1, 10).Select(Reading), .. Enumerable.Range(21, 10).Select(Reading)], Outbox());
    }

    [Fact]
    public void On_a_full_disk_nothing_is_acknowledged_and_all_comes_when_there_is_room()
    {
        _file.Limit(1);
        Many(45);
        Assert.NotEmpty(_radio.StoreFaults);
        Assert.All(_radio.StoreFaults, one => Assert.Contains("full", one, StringComparison.Ordinal));
        Assert.InRange(_radio.Settled.Count, 0, 44);
        Assert.InRange(_radio.Settled.Count, 0, Outbox().Count);

        _file.Limit(0);
        _radio.Settle();
        Assert.Empty(_radio.Lost);
        Assert.Equal(Enumerable.Range(1, 45).Select(Reading), Outbox());
        Assert.Null(_crypto.Fault);
    }

    private static string Reading(int number) => $"r{number:000}";

    private List<string> Outbox()
        => [.. _file.Outbox().Select(one => Encoding.ASCII.GetString(one.Message, one.DataOffset, one.DataCount)).Order()];

    private void Many(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Publish();
        }
    }

    private void Publish()
    {
        NodeTests.Publish(_radio, Reading(++_readings));
        _radio.Node.Ask();
        try
        {
            _radio.Run(60_000);
        }
        catch (PowerCut)
        {
            _file.Open();
            _radio.RestartGateway();
        }
    }

    /// <summary>The file, whose power goes before or after a write.</summary>
    private sealed class CuttingFile : IFrameStore, IDisposable
    {
        private readonly string _folder;
        private SqliteFrameStore _store = null!;
        private long _maxBytes;

        internal CuttingFile(string folder)
        {
            _folder = folder;
            Open();
        }

        internal Random? Cuts { get; set; }

        internal int CutCount { get; private set; }

        private string Database => Path.Combine(_folder, "frames.db");

        public void Dispose() => _store.Dispose();

        public IEnumerable<FrameDevice> Load() => _store.Load();

        public void Save(FrameDevice device, FrameTaken? taken) => Cut(() => _store.Save(device, taken));

        public void Remove(PeerId peer) => Cut(() => _store.Remove(peer));

        public IEnumerable<FramePublication> Outbox() => _store.Outbox();

        public void Published(FramePublication publication) => Cut(() => _store.Published(publication));

        public byte[]? ReadNote(string name) => _store.ReadNote(name);

        public void WriteNote(string name, byte[] value) => Cut(() => _store.WriteNote(name, value));

        internal void Open()
        {
            _store?.Dispose();
            _store = new SqliteFrameStore(new SqliteFrameOptions
            {
                Path = Database, IncarnationPath = Path.Combine(_folder, "incarnation"), MaxBytes = _maxBytes,
            });
        }

        internal void Limit(long maxBytes)
        {
            _maxBytes = maxBytes;
            Open();
        }

        internal void Copy()
        {
            _store.Dispose();
            File.Copy(Database, Database + ".copy");
            Open();
        }

        internal void GoBack()
        {
            _store.Dispose();
            File.Copy(Database + ".copy", Database, overwrite: true);
            Open();
            Assert.True(_store.IsRestored);
        }

        private void Cut(Action write)
        {
            double chance = Cuts?.NextDouble() ?? 1;
            if (chance < 0.1)
            {
                CutCount++;
                throw new PowerCut();
            }

            write();
            if (chance < 0.2)
            {
                CutCount++;
                throw new PowerCut();
            }
        }
    }
}
