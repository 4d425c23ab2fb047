namespace NanoLibp2p.Hal.Frames
{
    /// <summary>Keeps an <see cref="AirLedger"/> in a value of its own in the board's store: 17 bytes.</summary>
    public sealed class StoredAir : IAirKeeper
    {
        private const int Version = 1;
        private const int ValueBytes = 1 + (2 * AirLedger.KeptValues);

        private readonly IStore _store;
        private readonly string _name;
        private readonly bool _isNew;
        private readonly byte[] _value = new byte[ValueBytes];

        /// <summary>Takes its memory.</summary>
        /// <param name="store">The board's store.</param>
        /// <param name="name">The value's name, such as <c>air</c>.</param>
        /// <param name="isNew">Whether a store that has no such value is that of a radio which never sent; else, and whenever the value
        /// can't
        /// be read, all of the airtime counts as used.</param>
        public StoredAir(IStore store, string name, bool isNew)
        {
            _store = store;
            _name = name;
            _isNew = isNew;
        }

        /// <inheritdoc/>
        public bool LoadAir(int[] values)
        {
            int count = _store.Read(_name, _value, 0, ValueBytes);
            bool isThere = count == ValueBytes && _value[0] == Version;
            for (int i = 0; i < AirLedger.KeptValues; i++)
            {
                values[i] = isThere ? (_value[1 + (2 * i)] << 8) | _value[2 + (2 * i)] : 0;
            }

            return isThere || (count == -1 && _isNew);
        }

        /// <inheritdoc/>
        public bool SaveAir(int[] values)
        {
            _value[0] = Version;
            for (int i = 0; i < AirLedger.KeptValues; i++)
            {
                _value[1 + (2 * i)] = (byte)(values[i] >> 8);
                _value[2 + (2 * i)] = (byte)values[i];
            }

            return _store.Write(_name, _value, 0, ValueBytes);
        }
    }
}
