using System.Threading;
using Meadow.Gateways;
using Meadow.Gateways.Bluetooth;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;

namespace NanoLibp2p.Boards.Meadow
{
    /// <summary>
    /// The device's end of BLE on Meadow: a peripheral with the service of frames, on the ESP32 beside the STM32. Meadow calls back on a
    /// thread of its own.
    /// </summary>
    /// <remarks>Meadow tells neither of connections nor of their ATT MTU. So there is one for as long as the server runs, packets have the
    /// 20 bytes that every central takes, and what is notified to nobody is lost, as any frame may be.</remarks>
    public sealed class MeadowAttPeripheral : IAttChannel
    {
        private const int QueueBytes = 4096;
        private const int LeastPacket = 20;
        private const int LongestPacket = 244;

        private readonly string _name;
        private readonly IBluetoothAdapter _adapter;
        private readonly PacketQueue _queue = new PacketQueue(QueueBytes);
        private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
        private readonly PacketCharacteristic _down;
        private readonly PacketCharacteristic _up;
        private int _connections;
        private bool _isOpen;

        /// <summary>Takes its memory.</summary>
        /// <param name="adapter">The device's, F7FeatherV2.BluetoothAdapter.</param>
        /// <param name="name">What it is called in advertisements.</param>
        public MeadowAttPeripheral(IBluetoothAdapter adapter, string name)
        {
            _name = name;
            _adapter = adapter;
            _down = new PacketCharacteristic("down", BleService.Write, CharacteristicPermission.Write,
                CharacteristicProperty.Write | CharacteristicProperty.WriteNoResponse, LongestPacket);
            _up = new PacketCharacteristic("up", BleService.Notify, CharacteristicPermission.Read,
                CharacteristicProperty.Read | CharacteristicProperty.Notify, LongestPacket);
            _down.ValueSet += OnWrite;
        }

        /// <inheritdoc/>
        public int Connection
        {
            get { return _isOpen ? _connections : 0; }
        }

        /// <inheritdoc/>
        public int PacketBytes
        {
            get { return LeastPacket; }
        }

        /// <inheritdoc/>
        public LinkError Open()
        {
            Close();
            Service service = new Service("frames", BleService.ShortService, _down, _up);
            _isOpen = _adapter.StartBluetoothServer(new Definition(_name, service));
            _connections++;
            return _isOpen ? LinkError.None : LinkError.NoResources;
        }

        /// <inheritdoc/>
        public bool Send(byte[] packet, int count)
        {
            if (!_isOpen)
            {
                return false;
            }

            // Meadow keeps the array until its coprocessor has it
            byte[] exact = new byte[count];
            System.Array.Copy(packet, 0, exact, 0, count);
            _up.SetValue(exact);
            return true;
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
                _arrived.WaitOne(milliseconds);
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (_isOpen)
            {
                _isOpen = false;
                _adapter.StopBluetoothServer();
                _queue.Clear();
            }
        }

        private void OnWrite(ICharacteristic characteristic, object data)
        {
            byte[] packet = (byte[])data;
            _queue.Put(packet, packet.Length);
            _arrived.Set();
        }

        /// <summary>A value of bytes, which Meadow's own characteristics have not.</summary>
        private sealed class PacketCharacteristic : Characteristic<byte[]>
        {
            internal PacketCharacteristic(string name, string uuid, CharacteristicPermission permissions, CharacteristicProperty properties,
                int maxLength)
                : base(name, uuid, permissions, properties, maxLength)
            {
            }

            public override void HandleDataWrite(byte[] data)
            {
                RaiseValueSet(data);
            }

            protected override byte[] SerializeValue(byte[] value)
            {
                return value;
            }
        }
    }
}
