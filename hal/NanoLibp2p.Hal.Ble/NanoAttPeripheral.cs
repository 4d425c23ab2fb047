#if NANOFRAMEWORK_1_0
using System;
using System.Threading;
using nanoFramework.Device.Bluetooth;
using nanoFramework.Device.Bluetooth.GenericAttributeProfile;

namespace NanoLibp2p.Hal.Ble
{
    /// <summary>
    /// The device's end on nanoFramework (ESP32, with a firmware that has Bluetooth: <c>ESP32_BLE_REV3</c>, <c>ESP32_C3</c>,
    /// <c>ESP32_S3_BLE</c>). The
    /// stack calls back on its own thread and makes objects of its own for each packet.
    /// </summary>
    public sealed class NanoAttPeripheral : IAttChannel
    {
        private const int QueueBytes = 1024;
        private const int LeastPacket = 20;

        private readonly string _name;
        private readonly PacketQueue _queue = new PacketQueue(QueueBytes);
        private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
        private GattServiceProvider _provider;
        private GattLocalCharacteristic _notify;
        private GattSubscribedClient _client;
        private int _connections;
        private int _connection;

        /// <summary>Takes its memory.</summary>
        /// <param name="name">What it is called in advertisements.</param>
        public NanoAttPeripheral(string name)
        {
            _name = name;
        }

        /// <inheritdoc/>
        public int Connection
        {
            get { return _connection; }
        }

        /// <inheritdoc/>
        public int PacketBytes
        {
            get
            {
                GattSubscribedClient client = _client;
                return client == null ? LeastPacket : client.MaxNotificationSize;
            }
        }

        /// <inheritdoc/>
        public LinkError Open()
        {
            try
            {
                if (_provider == null && !Create())
                {
                    return LinkError.NoResources;
                }

                BluetoothLEServer.Instance.DeviceName = _name;
                GattServiceProviderAdvertisingParameters parameters = new GattServiceProviderAdvertisingParameters();
                parameters.IsConnectable = true;
                parameters.IsDiscoverable = true;
                _provider.StartAdvertising(parameters);
                return LinkError.None;
            }
            catch (Exception)
            {
                return LinkError.Other;
            }
        }

        /// <inheritdoc/>
        public bool Send(byte[] packet, int count)
        {
            GattSubscribedClient client = _client;
            if (client == null)
            {
                return false;
            }

            try
            {
                // the stack wants an array of that length
                byte[] exact = new byte[count];
                Array.Copy(packet, 0, exact, 0, count);
                GattClientNotificationResult[] results = _notify.NotifyValue(new nanoFramework.Device.Bluetooth.Buffer(exact));
                return results.Length > 0 && results[0].Status == GattCommunicationStatus.Success;
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
            try
            {
                _provider.StopAdvertising();
                BluetoothLEServer.Instance.Stop();
            }
            catch (Exception)
            {
                // a stack that is down already
            }

            _client = null;
            _connection = 0;
            _queue.Clear();
        }

        private bool Create()
        {
            GattServiceProviderResult made = GattServiceProvider.Create(new Guid(BleService.Service));
            if (made.Error != BluetoothError.Success)
            {
                return false;
            }

            GattLocalCharacteristicParameters write = new GattLocalCharacteristicParameters();
            write.CharacteristicProperties = GattCharacteristicProperties.Write | GattCharacteristicProperties.WriteWithoutResponse;
            GattLocalCharacteristicResult down = made.ServiceProvider.Service.CreateCharacteristic(new Guid(BleService.Write), write);
            GattLocalCharacteristicParameters notify = new GattLocalCharacteristicParameters();
            notify.CharacteristicProperties = GattCharacteristicProperties.Notify;
            GattLocalCharacteristicResult up = made.ServiceProvider.Service.CreateCharacteristic(new Guid(BleService.Notify), notify);
            if (down.Error != BluetoothError.Success || up.Error != BluetoothError.Success)
            {
                return false;
            }

            down.Characteristic.WriteRequested += OnWrite;
            up.Characteristic.SubscribedClientsChanged += OnSubscribers;
            _notify = up.Characteristic;
            _provider = made.ServiceProvider;
            return true;
        }

        private void OnWrite(GattLocalCharacteristic sender, GattWriteRequestedEventArgs args)
        {
            GattWriteRequest request = args.GetRequest();
            byte[] value = new byte[(int)request.Value.Length];
            DataReader.FromBuffer(request.Value).ReadBytes(value);
            _queue.Put(value, value.Length);
            if (request.Option == GattWriteOption.WriteWithResponse)
            {
                request.Respond();
            }

            _arrived.Set();
        }

        private void OnSubscribers(GattLocalCharacteristic sender, object args)
        {
            GattSubscribedClient[] clients = sender.SubscribedClients;
            _queue.Clear();
            if (clients == null || clients.Length == 0)
            {
                _client = null;
                _connection = 0;
            }
            else
            {
                _client = clients[0];
                _connections++;
                _connection = _connections;
            }

            _arrived.Set();
        }
    }
}
#endif
