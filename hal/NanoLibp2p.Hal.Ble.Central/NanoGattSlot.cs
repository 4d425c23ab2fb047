#if NANOFRAMEWORK_1_0
using System;
using System.Threading;
using nanoFramework.Device.Bluetooth;
using nanoFramework.Device.Bluetooth.GenericAttributeProfile;

namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>One connection of a <see cref="NanoGattCentral"/>.</summary>
    /// <remarks>What waits for the air (<see cref="Serve"/>) runs on the central's own thread; the stack calls back on its own.</remarks>
    internal sealed class NanoGattSlot : IAttChannel
    {
        private const int QueueBytes = 1024;

        // the firmware never asks for a longer ATT MTU than 23 as a central
        private const int FirmwarePacket = 20;

        // an end is told after what the firmware still does with the connection
        private const int SettleMs = 50;
        private const int EndMs = 3000;

        private readonly PacketQueue _queue = new PacketQueue(QueueBytes);
        private readonly Guid _service = new Guid(BleService.Service);
        private readonly Guid _shortService = Utilities.CreateUuidFromShortCode((ushort)BleService.ShortService);
        private readonly Guid _writeId = new Guid(BleService.Write);
        private readonly Guid _notifyId = new Guid(BleService.Notify);
        private readonly AutoResetEvent _arrived;
        private BluetoothLEDevice _device;
        private GattCharacteristic _write;
        private ulong _address;
        private bool _isRandom;
        private bool _isWanted;
        private bool _isEnding;
        private int _connections;
        private int _connection;

        /// <summary>Takes its memory.</summary>
        /// <param name="arrived">Set when a packet comes, or the connection ends.</param>
        internal NanoGattSlot(AutoResetEvent arrived)
        {
            _arrived = arrived;
        }

        /// <summary>What it does now.</summary>
        internal GattSlotState State { get; private set; }

        /// <inheritdoc/>
        public int Connection
        {
            get { return _connection; }
        }

        /// <inheritdoc/>
        public int PacketBytes
        {
            get { return FirmwarePacket; }
        }

        /// <inheritdoc/>
        public LinkError Open()
        {
            return LinkError.None;
        }

        /// <inheritdoc/>
        public bool Send(byte[] packet, int count)
        {
            GattCharacteristic write = _write;
            if (write == null || _connection == 0)
            {
                return false;
            }

            try
            {
                // the stack wants an array of that length
                byte[] exact = new byte[count];
                Array.Copy(packet, 0, exact, 0, count);
                GattWriteResult written = write.WriteValueWithResult(new nanoFramework.Device.Bluetooth.Buffer(exact),
                    GattWriteOption.WriteWithoutResponse);
                return written.Status == GattCommunicationStatus.Success;
            }
            catch (Exception)
            {
                return false;
            }
        }

        /// <inheritdoc/>
        public int Receive(byte[] packet)
        {
            return _queue.Take(packet);
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            if (!_queue.HasPacket)
            {
                _arrived.WaitOne(milliseconds, false);
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
        }

        /// <summary>Has it connect to a device, by the next <see cref="Serve"/>.</summary>
        internal void Connect(ulong address, bool isRandom)
        {
            _address = address;
            _isRandom = isRandom;
            _isEnding = false;
            State = GattSlotState.Busy;
            _isWanted = true;
        }

        /// <summary>Has it end; a connect that waits for the air ends with it.</summary>
        internal void End()
        {
            _isEnding = true;
            _isWanted = false;
            Hang();
        }

        /// <summary>Does what it was told, and waits for the air: up to a minute with a device that says nothing.</summary>
        internal void Serve()
        {
            if (_isWanted)
            {
                _isWanted = false;
                bool isConnected = false;
                try
                {
                    isConnected = Find();
                }
                catch (Exception)
                {
                    // the stack throws where the connection goes in the middle
                }

                if (isConnected && !_isEnding)
                {
                    State = GattSlotState.Connected;
                    return;
                }

                _isEnding = true;
            }

            if (_isEnding && State != GattSlotState.Free)
            {
                Give();
            }
        }

        // Whether it is connected, and told of what the device notifies.
        private bool Find()
        {
            _device = BluetoothLEDevice.FromBluetoothAddress(_address,
                _isRandom ? BluetoothAddressType.Random : BluetoothAddressType.Public);
            _device.ConnectionStatusChanged += OnStatus;
            GattDeviceServicesResult services = _device.GetGattServices();
            if (services.Status != GattCommunicationStatus.Success || _device.ConnectionStatus != BluetoothConnectionStatus.Connected)
            {
                return false;
            }

            GattCharacteristic notify = null;
            foreach (GattDeviceService service in services.Services)
            {
                if (_isEnding || (!service.Uuid.Equals(_service) && !service.Uuid.Equals(_shortService)))
                {
                    continue;
                }

                foreach (GattCharacteristic characteristic in service.GetCharacteristics().Characteristics)
                {
                    Guid id = characteristic.Uuid;
                    _write = id.Equals(_writeId) ? characteristic : _write;
                    notify = id.Equals(_notifyId) ? characteristic : notify;
                }
            }

            // a response is waited for in the call, seconds for each packet, and all others with it
            if (_write == null || notify == null
                || (_write.CharacteristicProperties & GattCharacteristicProperties.WriteWithoutResponse) == 0)
            {
                return false;
            }

            notify.ValueChanged += OnValue;
            _queue.Clear();
            _connections++;
            _connection = _connections;
            GattWriteResult subscribed = notify.WriteClientCharacteristicConfigurationDescriptorWithResult(
                GattClientCharacteristicConfigurationDescriptorValue.Notify, GattWriteOption.WriteWithResponse);
            return subscribed.Status == GattCommunicationStatus.Success;
        }

        private void Hang()
        {
            _connection = 0;
            _write = null;
            try
            {
                if (_device != null)
                {
                    _device.Close();
                }
            }
            catch (Exception)
            {
                // it is gone already
            }
        }

        // The firmware frees a connection with its object, and what it still has to say of it then meets freed memory: so only when it is
        // over.
        private void Give()
        {
            Hang();
            BluetoothLEDevice device = _device;
            if (device != null)
            {
                for (int waited = 0; waited < EndMs && device.ConnectionStatus == BluetoothConnectionStatus.Connected; waited += SettleMs)
                {
                    Thread.Sleep(SettleMs);
                }

                Thread.Sleep(SettleMs);
                device.ConnectionStatusChanged -= OnStatus;
                try
                {
                    device.Dispose();
                }
                catch (Exception)
                {
                    // a stack that is down already
                }
            }

            _device = null;
            _queue.Clear();
            _isEnding = false;
            State = GattSlotState.Free;
            _arrived.Set();
        }

        private void OnStatus(object sender, EventArgs args)
        {
            if (sender == _device && _device.ConnectionStatus == BluetoothConnectionStatus.Disconnected)
            {
                _connection = 0;
                _write = null;
                _isEnding = true;
                _arrived.Set();
            }
        }

        private void OnValue(GattCharacteristic sender, GattValueChangedEventArgs args)
        {
            try
            {
                nanoFramework.Device.Bluetooth.Buffer value = args.CharacteristicValue;
                byte[] packet = new byte[(int)value.Length];
                DataReader.FromBuffer(value).ReadBytes(packet);
                if (packet.Length <= BleLink.FrameMtu + 1)
                {
                    _queue.Put(packet, packet.Length);
                    _arrived.Set();
                }
            }
            catch (Exception)
            {
                // no heap for it: a packet is lost, and not the stack's thread
            }
        }
    }
}
#endif
