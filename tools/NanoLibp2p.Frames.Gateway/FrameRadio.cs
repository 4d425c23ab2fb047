using System;
using NanoLibp2p.Frames.Airtime;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A link of a gateway, as its driver describes it: a radio, a serial line, a UDP socket.</summary>
public sealed class FrameRadio
{
    /// <summary>How the notes begin that have a radio's airtime.</summary>
    internal const string Note = "air-";

    /// <summary>A note of a store that once went back to a copy: a radio of which it knows nothing has used its hour.</summary>
    internal const string CopiedNote = "copied";

    private FrameRecord? _record;
    private IFrameStore? _store;
    private bool _isCopy;
    private FrameLedger? _ledger;
    private TimeProvider? _time;
    private long _started;
    private long _startedAtMs;

    /// <summary>Its name, under which its airtime is stored: letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The longest frame that it carries, 64 to 1,500 bytes.</summary>
    public int Mtu { get; init; } = 255;

    /// <summary>Whether its rate is bounded by air: only there the short suite is allowed (SPEC.md 4.3).</summary>
    public bool IsBoundedByAir { get; init; }

    /// <summary>When an answer begins, after the end of the frame that it answers: a second on LoRa.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>The true time on air of a frame; null where nothing is counted.</summary>
    public Func<int, TimeSpan>? TimeOnAir { get; init; }

    /// <summary>Airtime of an hour: 6 minutes for 10 %. Zero for no limit.</summary>
    public TimeSpan AirtimeOfHour { get; init; }

    /// <summary>Answers that were not sent, since the airtime of the hour was used.</summary>
    public long HeldBack { get; private set; }

    /// <summary>Whether who is not known may open on it, with XX: not where anybody may send with anybody's address, as over UDP (SPEC.md
    /// 14).</summary>
    public bool TakesStrangers { get; init; } = true;

    /// <summary>What devices are asked for: an ask in 2 to the power of this many readings. Rises before the airtime runs short.</summary>
    internal int Pace()
    {
        Open();
        long limit = (long)AirtimeOfHour.TotalMilliseconds;
        return limit == 0 || _ledger!.UsedMs * 2L < limit ? 2 : _ledger.UsedMs * 4L < limit * 3 ? 3 : 4;
    }

    /// <summary>Charges a frame's airtime, if there is some.</summary>
    internal bool MayGo(int bytes, bool isOpening, TimeSpan goesIn)
    {
        if (AirtimeOfHour == TimeSpan.Zero || TimeOnAir == null)
        {
            return true;
        }

        Open();
        int air = (int)Math.Ceiling(TimeOnAir(bytes).TotalMilliseconds);
        long ms = RunningMs + (long)goesIn.TotalMilliseconds;
        _record!.Time = (uint)((_startedAtMs + ms) / 1000);
        bool may = _ledger!.WaitMs(air, true, isOpening, ms) == 0
            && _ledger.Charge(air, isOpening, Math.Max(2000, (int)TimeOnAir(Mtu).TotalMilliseconds * 3 / 2), ms);
        HeldBack += may ? 0 : 1;
        return may;
    }

    internal void Attach(IFrameStore store, TimeProvider time, bool isCopy)
    {
        if (_record == null)
        {
            (_store, _isCopy) = (store, isCopy);
            _record = new FrameRecord(new Notes(store, Note + Name));
        }

        _time ??= time;
    }

    // the wall clock is asked once, since it may be set: airtime of an hour is of an hour that passed
    private long RunningMs => (long)_time!.GetElapsedTime(_started).TotalMilliseconds;

    private void Open()
    {
        if (_ledger == null)
        {
            bool isThere = _record!.Load();
            _started = _time!.GetTimestamp();
            _startedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            if (_isCopy || (!isThere && _store!.ReadNote(CopiedNote) != null))
            {
                UseUp();
            }

            FrameLedger ledger = new((int)AirtimeOfHour.TotalMilliseconds);
            ledger.Start(_record, 0, 0, (uint)(_startedAtMs / 1000));
            _ledger = ledger;
        }
    }

    // an hour's, of which the store knows less than was used: written, so that the hour passes over restarts
    private void UseUp()
    {
        for (int i = 0; i < FrameRecord.Buckets; i++)
        {
            _record!.SetAir(i, i == 0 ? (int)AirtimeOfHour.TotalMilliseconds / FrameRecord.BucketUnitMs : 0);
        }

        _record!.Time = (uint)(_startedAtMs / 1000);
        _record.Save();
    }

    // the record of a device, for its buckets alone
    private sealed class Notes(IFrameStore store, string note) : IStore
    {
        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            byte[]? value = store.ReadNote(note);
            if (value == null || value.Length > capacity)
            {
                return -1;
            }

            value.CopyTo(buffer, offset);
            return value.Length;
        }

        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            store.WriteNote(note, buffer.AsSpan(offset, count).ToArray());
            return true;
        }
    }
}
