using System;
using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Ble.Central;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>
/// A Bluetooth stack as nanoFramework's firmware has it: one connect at a time and none while it scans, each device told once in a scan.
/// Its clock is the test's.
/// </summary>
internal sealed class ScriptedCentral : IGattCentral
{
    private const int ConnectMs = 300;
    private const int EndMs = 50;
    private readonly Slot[] _slots;
    private readonly HashSet<ScriptedPeripheral> _told = [];
    private readonly Queue<ScriptedPeripheral> _found = new();
    private long _now;

    public ScriptedCentral(int slots)
    {
        _slots = new Slot[slots];
        for (int i = 0; i < slots; i++)
        {
            _slots[i] = new Slot();
        }
    }

    public List<ScriptedPeripheral> Air { get; } = [];

    public bool IsOpen { get; private set; }

    public bool IsScanning { get; private set; }

    public int Scans { get; private set; }

    public int Slots => _slots.Length;

    public LinkError Open()
    {
        IsOpen = true;
        return LinkError.None;
    }

    public void Scan(bool isOn)
    {
        IsScanning = isOn;
        if (isOn)
        {
            Scans++;
            _told.Clear();
        }
    }

    public bool TakeFound(byte[] address)
    {
        if (IsScanning)
        {
            for (int i = 0; i < Air.Count; i++)
            {
                if (Air[i].IsOn && !Air[i].IsConnected && _told.Add(Air[i]))
                {
                    _found.Enqueue(Air[i]);
                }
            }
        }

        if (!_found.TryDequeue(out ScriptedPeripheral? found))
        {
            return false;
        }

        found.Address.CopyTo(address, 0);
        return true;
    }

    public void Connect(int slot, byte[] address)
    {
        if (IsScanning || _slots[slot].State != GattSlotState.Free || Array.Exists(_slots, other => other.State == GattSlotState.Busy))
        {
            throw new InvalidOperationException("the stack connects one at a time, in a free slot, and not while it scans");
        }

        _slots[slot].State = GattSlotState.Busy;
        _slots[slot].Until = _now + ConnectMs;
        _slots[slot].Peripheral = Air.Find(one => one.Address.AsSpan().SequenceEqual(address));
        if (_slots[slot].Peripheral is { } peripheral)
        {
            peripheral.Connects++;
        }
    }

    public void Disconnect(int slot)
    {
        Slot ending = _slots[slot];
        if (ending.State != GattSlotState.Free)
        {
            ending.State = GattSlotState.Busy;
            ending.IsEnding = true;
            ending.Until = _now + EndMs;
            ending.Hang();
        }
    }

    public GattSlotState State(int slot) => _slots[slot].State;

    public IAttChannel Channel(int slot) => _slots[slot];

    public void Wait(int milliseconds)
    {
    }

    public void Close()
    {
        IsOpen = false;
        IsScanning = false;
        for (int i = 0; i < _slots.Length; i++)
        {
            Disconnect(i);
        }
    }

    /// <summary>What became of connects and ends by now.</summary>
    public void Advance(long now)
    {
        _now = now;
        foreach (Slot slot in _slots)
        {
            if (slot.State == GattSlotState.Connected && !slot.Peripheral!.IsConnected)
            {
                slot.State = GattSlotState.Busy;
                slot.IsEnding = true;
                slot.Until = now + EndMs;
            }
            else if (slot.State == GattSlotState.Busy && now >= slot.Until)
            {
                slot.Step();
            }
        }
    }

    private sealed class Slot : IAttChannel
    {
        internal ScriptedPeripheral? Peripheral { get; set; }

        internal GattSlotState State { get; set; }

        internal bool IsEnding { get; set; }

        internal long Until { get; set; }

        public int Connection => Peripheral?.Central.Connection ?? 0;

        public int PacketBytes => Peripheral?.Central.PacketBytes ?? 20;

        public LinkError Open() => LinkError.None;

        public bool Send(byte[] packet, int count) => Connection != 0 && Peripheral!.Central.Send(packet, count);

        public int Receive(byte[] packet) => Peripheral?.Central.Receive(packet) ?? 0;

        public void Wait(int milliseconds)
        {
        }

        public void Close()
        {
        }

        internal void Hang()
        {
            if (Peripheral is { IsConnected: true } peripheral)
            {
                peripheral.Pipe.Connection = 0;
                peripheral.Central.Connection = 0;
            }
        }

        internal void Step()
        {
            bool isRefused = Peripheral is not { IsOn: true, Refuses: false, IsConnected: false };
            if (IsEnding || isRefused)
            {
                Peripheral = null;
                IsEnding = false;
                State = GattSlotState.Free;
            }
            else if (!Peripheral!.IsSilent)
            {
                Peripheral.Pipe.Reconnect();
                State = GattSlotState.Connected;
            }
        }
    }
}
