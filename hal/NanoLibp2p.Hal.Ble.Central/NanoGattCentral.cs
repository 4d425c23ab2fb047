#if NANOFRAMEWORK_1_0
using System;
using System.Collections;
using System.Threading;
using nanoFramework.Device.Bluetooth;
using nanoFramework.Device.Bluetooth.Advertisement;

namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>
    /// A central on nanoFramework (ESP32, with a firmware that has Bluetooth). The stack waits for the air in its calls, so connects have a
    /// thread of their own; it makes objects of its own for each packet.
    /// </summary>
    public sealed class NanoGattCentral : IGattCentral
    {
        /// <summary>Connections that the stock firmware bears: NimBLE's standard, which its builds leave as it is.</summary>
        public const int FirmwareSlots = 3;

        private const int FoundBytes = 144;
        private const int LookMs = 100;

        private readonly NanoGattSlot[] _slots;
        private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
        private readonly AutoResetEvent _toDo = new AutoResetEvent(false);
        private readonly PacketQueue _found = new PacketQueue(FoundBytes);
        private readonly byte[] _heard = new byte[BleCentralLink.AddressBytes];
        private BluetoothLEAdvertisementWatcher _watcher;
        private bool _isOpen;
        private bool _isScanning;
        private bool _isServed;

        /// <summary>Takes its memory.</summary>
        /// <param name="slots">Connections at once; more than <see cref="FirmwareSlots"/> with a firmware that was built for it.</param>
        public NanoGattCentral(int slots)
        {
            _slots = new NanoGattSlot[slots];
            for (int i = 0; i < slots; i++)
            {
                _slots[i] = new NanoGattSlot(_arrived);
            }
        }

        /// <inheritdoc/>
        public int Slots
        {
            get { return _slots.Length; }
        }

        /// <inheritdoc/>
        public LinkError Open()
        {
            try
            {
                if (_watcher == null)
                {
                    _watcher = new BluetoothLEAdvertisementWatcher();

                    // a long name pushes the service into what is told only when it is asked for
                    _watcher.ScanningMode = BluetoothLEScanningMode.Active;
                    _watcher.Received += OnHeard;
                }

                _watcher.Start();
                _isScanning = true;
                _isOpen = true;
                if (!_isServed)
                {
                    _isServed = true;
                    new Thread(new ThreadStart(Serve)).Start();
                }

                return LinkError.None;
            }
            catch (Exception)
            {
                return LinkError.NoResources;
            }
        }

        /// <inheritdoc/>
        public void Scan(bool isOn)
        {
            if (isOn == _isScanning)
            {
                return;
            }

            try
            {
                if (isOn)
                {
                    _watcher.Start();
                }
                else
                {
                    _watcher.Stop();
                }

                _isScanning = isOn;
            }
            catch (Exception)
            {
                // tried again when the next scan begins
                _isScanning = false;
            }
        }

        /// <inheritdoc/>
        public bool TakeFound(byte[] address)
        {
            return _found.Take(address) > 0;
        }

        /// <inheritdoc/>
        public void Connect(int slot, byte[] address)
        {
            ulong number = 0;
            for (int i = 1; i < BleCentralLink.AddressBytes; i++)
            {
                number = (number << 8) | address[i];
            }

            _slots[slot].Connect(number, address[0] != 0);
            _toDo.Set();
        }

        /// <inheritdoc/>
        public void Disconnect(int slot)
        {
            _slots[slot].End();
            _toDo.Set();
        }

        /// <inheritdoc/>
        public GattSlotState State(int slot)
        {
            return _slots[slot].State;
        }

        /// <inheritdoc/>
        public IAttChannel Channel(int slot)
        {
            return _slots[slot];
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            _arrived.WaitOne(milliseconds, false);
        }

        /// <inheritdoc/>
        public void Close()
        {
            Scan(false);
            _isOpen = false;
            for (int i = 0; i < _slots.Length; i++)
            {
                _slots[i].End();
            }

            _found.Clear();
            _toDo.Set();
        }

        // For ever: what was closed is ended here, too.
        private void Serve()
        {
            while (true)
            {
                _toDo.WaitOne(LookMs, false);
                for (int i = 0; i < _slots.Length; i++)
                {
                    _slots[i].Serve();
                }
            }
        }

        private void OnHeard(BluetoothLEAdvertisementWatcher sender, BluetoothLEAdvertisementReceivedEventArgs args)
        {
            try
            {
                if (_isOpen && OffersFrames(args.Advertisement.DataSections))
                {
                    Hear(args.BluetoothAddress, args.BluetoothAddressType == BluetoothAddressType.Public);
                }
            }
            catch (Exception)
            {
                // the stack's thread would end with it, and nobody be heard any more
            }
        }

        private void Hear(ulong address, bool isPublic)
        {
            _heard[0] = isPublic ? (byte)0 : (byte)1;
            for (int i = BleCentralLink.AddressBytes - 1; i > 0; i--)
            {
                _heard[i] = (byte)address;
                address >>= 8;
            }

            _found.Put(_heard, _heard.Length);
            _arrived.Set();
        }

        private static bool OffersFrames(ArrayList sections)
        {
            foreach (BluetoothLEAdvertisementDataSection section in sections)
            {
                byte[] data = new byte[(int)section.Data.Length];
                DataReader.FromBuffer(section.Data).ReadBytes(data);
                if (BleAdvertisement.OffersFrames(section.DataType, data, data.Length))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
#endif
