using System;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Segments;

namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>
    /// Frames of several devices over Bluetooth LE, for a gateway's radio on a board: finds devices, connects to as many as the stack
    /// bears, and lets those go that were not answered for long when another one wants in. Sans-IO but for its <see cref="IGattCentral"/>.
    /// </summary>
    /// <remarks>
    /// A slot; <see cref="Poll"/> moves it:
    /// <code>
    ///   Free --heard, no other slot opens--> Opening --the stack: Connected--> Connected --it leaves, 5 s of rest--> Free
    ///                                            |                                  |
    ///                                            +--20 s, or refused: 20 s of rest  +--let go: 10 minutes of rest if never answered
    ///                                            v                                  v
    ///                                          Ending --the stack: Free--> Free   Ending
    /// </code>
    /// Addresses may be made up: those that rest are a table of 16, the oldest rest ends first.
    /// </remarks>
    public sealed class BleCentralLink : SegmentedLink
    {
        /// <summary>Bytes of a device's address here: its type, then the 6 of the radio.</summary>
        public const int AddressBytes = 7;

        private const int WindowMs = 1000;

        // a connect with the discovery of services; a device that is silent in the middle holds up all others so long
        private const int OpenMs = 20000;
        private const int LeftRestMs = 5000;
        private const int FailedRestMs = 20000;

        // who was not answered for so long gives way; one that never was is left alone for ten times as long
        private const int UselessMs = 60000;
        private const int UselessRestMs = 10 * UselessMs;

        // the controller tells of a device once in a scan: those whose rest is over are heard in the next one
        private const int ScanMs = 30000;
        private const int LeastScanMs = 2000;
        private const int LookMs = 100;
        private const int Rests = 16;

        private readonly IGattCentral _central;
        private readonly BleLink[] _links;
        private readonly SlotUse[] _uses;
        private readonly byte[] _addresses;
        private readonly bool[] _isAnswered;

        // Opening: until when; Connected: when it was answered last; Ending: how long it rests then
        private readonly long[] _times;
        private readonly byte[] _resting = new byte[Rests * AddressBytes];
        private readonly long[] _restUntil = new long[Rests];
        private readonly byte[] _found = new byte[AddressBytes];
        private bool _hasFound;
        private bool _isScanning;
        private long _scanFrom;
        private long _scanUntil;
        private long _nowMs;
        private int _from;
        private int _next;

        /// <summary>Takes its memory: three frames for each slot.</summary>
        /// <param name="central">The stack, which this link opens and closes.</param>
        public BleCentralLink(IGattCentral central)
        {
            _central = central;
            int slots = central.Slots;
            _links = new BleLink[slots];
            _uses = new SlotUse[slots];
            _addresses = new byte[slots * AddressBytes];
            _isAnswered = new bool[slots];
            _times = new long[slots];
            for (int i = 0; i < slots; i++)
            {
                _links[i] = new BleLink(central.Channel(i));
            }
        }

        /// <summary>Devices that are connected now.</summary>
        public int Connected
        {
            get
            {
                int connected = 0;
                for (int i = 0; i < _uses.Length; i++)
                {
                    connected += _uses[i] == SlotUse.Connected ? 1 : 0;
                }

                return connected;
            }
        }

        /// <summary>Connects that were refused or took too long, since the start.</summary>
        public int Failed { get; private set; }

        /// <summary>Devices that gave way to others, since the start.</summary>
        public int LetGo { get; private set; }

        /// <inheritdoc/>
        public override bool HasAddresses
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public override int AnswerMs
        {
            get { return WindowMs; }
        }

        /// <summary>As <see cref="BleLink.TimeOnAirUs"/>, in the packets of the first slot.</summary>
        public override int TimeOnAirUs(int count)
        {
            return _links[0].TimeOnAirUs(count);
        }

        /// <summary>Takes a frame for the device that <paramref name="to"/> names; without one for the first that is connected.</summary>
        /// <returns><paramref name="count"/>; <see cref="FrameLinkResult.TooLate"/> when that device has left,
        /// <see cref="FrameLinkResult.Busy"/> while the frame before is under way to it, or nobody is connected.</returns>
        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            int refuses = Refuses(count);
            if (refuses != 0)
            {
                return refuses;
            }

            bool isNamed = to != null && toCount > 0;
            int slot = isNamed ? toCount == AddressBytes ? Find(to) : -1 : First(SlotUse.Connected);
            if (slot < 0 || _uses[slot] != SlotUse.Connected)
            {
                return isNamed ? FrameLinkResult.TooLate : FrameLinkResult.Busy;
            }

            int sent = _links[slot].Send(frame, offset, count, null, 0, isUrgent);
            if (sent > 0)
            {
                _isAnswered[slot] = true;
                _times[slot] = _nowMs;
            }

            return sent;
        }

        /// <summary>The devices take turns, so that one that floods costs the others no frame.</summary>
        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            if (!IsOpen)
            {
                return LinkResult.Failed;
            }

            for (int i = 0; i < _links.Length; i++)
            {
                int slot = _next;
                _next = _next + 1 == _links.Length ? 0 : _next + 1;
                int count = _uses[slot] == SlotUse.Connected ? _links[slot].Receive(buffer, offset, capacity) : 0;
                if (count > 0)
                {
                    _from = slot;
                    return count;
                }
            }

            return 0;
        }

        /// <summary>7 bytes: 0 for a public address, 1 for a random one, then the 6 as one writes them.</summary>
        public override int CopyAddress(byte[] buffer, int offset)
        {
            Array.Copy(_addresses, _from * AddressBytes, buffer, offset, AddressBytes);
            return AddressBytes;
        }

        /// <inheritdoc/>
        public override int Poll(long nowMs)
        {
            if (nowMs < _nowMs)
            {
                SetBack(_nowMs - nowMs);
            }

            _nowMs = nowMs;
            if (!IsOpen)
            {
                return FrameLinkResult.IdleMs;
            }

            int next = LookMs;
            for (int i = 0; i < _uses.Length; i++)
            {
                Look(i);
                int wanted = _links[i].Poll(nowMs);
                next = wanted < next ? wanted : next;
            }

            bool isOpening = First(SlotUse.Opening) >= 0 || First(SlotUse.Ending) >= 0;
            if (!isOpening)
            {
                isOpening = Admit();
            }

            Scan(!isOpening && (FindFree() >= 0 || FindUseless() >= 0));
            return next;
        }

        /// <inheritdoc/>
        public override void Wait(int milliseconds)
        {
            _central.Wait(milliseconds);
        }

        /// <inheritdoc/>
        public override void Close()
        {
            if (!IsOpen)
            {
                return;
            }

            IsOpen = false;
            for (int i = 0; i < _links.Length; i++)
            {
                _links[i].Close();
                _uses[i] = SlotUse.Free;
            }

            _central.Close();
            _hasFound = false;
            _isScanning = false;
        }

        /// <inheritdoc/>
        protected override LinkError OpenChannel()
        {
            LinkError error = _central.Open();
            for (int i = 0; i < _links.Length && error == LinkError.None; i++)
            {
                error = _links[i].Open();
            }

            return error;
        }

        // Follows what the stack says of a slot.
        private void Look(int slot)
        {
            GattSlotState state = _central.State(slot);
            if (_uses[slot] == SlotUse.Opening && state == GattSlotState.Connected)
            {
                _uses[slot] = SlotUse.Connected;
                _times[slot] = _nowMs;
            }
            else if (_uses[slot] == SlotUse.Opening && state == GattSlotState.Busy && _nowMs >= _times[slot])
            {
                Failed++;
                End(slot, FailedRestMs);
            }
            else if (_uses[slot] != SlotUse.Free && state == GattSlotState.Free)
            {
                Failed += _uses[slot] == SlotUse.Opening ? 1 : 0;
                int rest = _uses[slot] == SlotUse.Opening ? FailedRestMs : LeftRestMs;
                rest = _uses[slot] == SlotUse.Ending ? (int)_times[slot] : rest;
                _uses[slot] = SlotUse.Free;
                Rest(slot, rest);
            }
        }

        private void End(int slot, int restMs)
        {
            _central.Disconnect(slot);
            _uses[slot] = SlotUse.Ending;
            _times[slot] = restMs;
        }

        // Its address is left alone for so long, in place of the one whose rest ends first.
        private void Rest(int slot, int milliseconds)
        {
            int first = 0;
            for (int i = 1; i < Rests; i++)
            {
                first = _restUntil[i] < _restUntil[first] ? i : first;
            }

            Array.Copy(_addresses, slot * AddressBytes, _resting, first * AddressBytes, AddressBytes);
            _restUntil[first] = _nowMs + milliseconds;
        }

        // Gives the next device that was heard a slot, or makes one free. Whether one opens or ends now.
        private bool Admit()
        {
            while (_hasFound || _central.TakeFound(_found))
            {
                _hasFound = false;
                if (Find(_found) >= 0 || IsResting(_found))
                {
                    continue;
                }

                int slot = FindFree();
                if (slot >= 0)
                {
                    Scan(false);
                    Array.Copy(_found, 0, _addresses, slot * AddressBytes, AddressBytes);
                    _isAnswered[slot] = false;
                    _uses[slot] = SlotUse.Opening;
                    _times[slot] = _nowMs + OpenMs;
                    _central.Connect(slot, _found);
                    return true;
                }

                slot = FindUseless();
                if (slot >= 0)
                {
                    LetGo++;
                    _hasFound = true;
                    End(slot, _isAnswered[slot] ? LeftRestMs : UselessRestMs);
                    return true;
                }
            }

            return false;
        }

        // A scan begins anew when a rest ends, and in any case after a while.
        private void Scan(bool isWanted)
        {
            if (_isScanning && (!isWanted || _nowMs >= _scanUntil || (_nowMs >= _scanFrom + LeastScanMs && HasRested())))
            {
                _isScanning = false;
                _central.Scan(false);
            }

            if (isWanted && !_isScanning)
            {
                _isScanning = true;
                _scanFrom = _nowMs;
                _scanUntil = _nowMs + ScanMs;
                _central.Scan(true);
            }
        }

        private bool HasRested()
        {
            for (int i = 0; i < Rests; i++)
            {
                if (_restUntil[i] > _scanFrom && _restUntil[i] <= _nowMs)
                {
                    return true;
                }
            }

            return false;
        }

        private bool IsResting(byte[] address)
        {
            for (int i = 0; i < Rests; i++)
            {
                if (_restUntil[i] > _nowMs && IsAt(_resting, i, address))
                {
                    return true;
                }
            }

            return false;
        }

        // The connection that was answered longest ago, if that is long enough; -1 for none.
        private int FindUseless()
        {
            int oldest = -1;
            for (int i = 0; i < _uses.Length; i++)
            {
                if (_uses[i] == SlotUse.Connected && _nowMs - _times[i] >= UselessMs && (oldest < 0 || _times[i] < _times[oldest]))
                {
                    oldest = i;
                }
            }

            return oldest;
        }

        // A stack that was closed and opened may need its while to end what a slot had.
        private int FindFree()
        {
            for (int i = 0; i < _uses.Length; i++)
            {
                if (_uses[i] == SlotUse.Free && _central.State(i) == GattSlotState.Free)
                {
                    return i;
                }
            }

            return -1;
        }

        private int First(SlotUse use)
        {
            for (int i = 0; i < _uses.Length; i++)
            {
                if (_uses[i] == use)
                {
                    return i;
                }
            }

            return -1;
        }

        // The slot that has an address; -1 for none.
        private int Find(byte[] address)
        {
            for (int i = 0; i < _uses.Length; i++)
            {
                if (_uses[i] != SlotUse.Free && IsAt(_addresses, i, address))
                {
                    return i;
                }
            }

            return -1;
        }

        private static bool IsAt(byte[] table, int entry, byte[] address)
        {
            for (int i = 0; i < AddressBytes; i++)
            {
                if (table[(entry * AddressBytes) + i] != address[i])
                {
                    return false;
                }
            }

            return true;
        }

        // The clock was set back: nothing is waited for longer than it would have been.
        private void SetBack(long milliseconds)
        {
            for (int i = 0; i < _times.Length; i++)
            {
                _times[i] -= _uses[i] == SlotUse.Ending ? 0 : milliseconds;
            }

            for (int i = 0; i < Rests; i++)
            {
                _restUntil[i] -= milliseconds;
            }

            _scanFrom -= milliseconds;
            _scanUntil -= milliseconds;
        }
    }
}
