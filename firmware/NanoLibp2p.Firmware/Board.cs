using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// What a product gives to the firmware: its link, its clock, its random source, its store, and what it can measure. A new board is
    /// a class that derives from this one. Each property gives the same object whenever it is asked.
    /// </summary>
    public abstract class Board
    {
        private CryptoProvider _crypto;

        /// <summary>What people call it, such as <c>esp32</c>.</summary>
        public abstract string Name { get; }

        /// <summary>The driver that it reaches others with.</summary>
        public abstract IStreamTransport Link { get; }

        /// <summary>Its clock.</summary>
        public abstract IClock Clock { get; }

        /// <summary>Its source of random bytes; keys are made of them.</summary>
        public abstract IRandom Random { get; }

        /// <summary>
        /// Why <see cref="Random"/> can be guessed now, as <c>its radio is off</c>: no identity is made then, it has to be stored
        /// beforehand. Null when the bytes are fit for keys.
        /// </summary>
        public virtual string RandomWeakness
        {
            get { return null; }
        }

        /// <summary>What outlives a restart: the identity, the settings.</summary>
        public abstract IStore Store { get; }

        /// <summary>What it can measure by itself, with no part added.</summary>
        public abstract Sensor Sensor { get; }

        /// <summary>Where it says what happens; null for nowhere.</summary>
        public virtual IDeviceLog Log
        {
            get { return null; }
        }

        /// <summary>Milliseconds since 1970 in UTC, or 0 while the board does not know the date.</summary>
        public virtual long UnixMs
        {
            get { return 0; }
        }

        /// <summary>A device's sizes and times, as they fit what is free on this board now; to be asked once, before the device is
        /// made.</summary>
        public virtual DeviceOptions CreateOptions()
        {
            return new DeviceOptions();
        }

        /// <summary>
        /// Makes what finds a gateway on the local network, as <c>MdnsFinder</c> of <c>NanoLibp2p.Firmware.Discovery</c>; a board that has
        /// none does without its flash. Called once, when the network is joined.
        /// </summary>
        /// <param name="settings">What the board's store says.</param>
        /// <returns>Null for none.</returns>
        public virtual PeerFinder CreateFinder(DeviceSettings settings)
        {
            return null;
        }

        /// <summary>
        /// Waits until the network can be used, as long as it takes; called before anything takes random bytes. Does nothing on a board
        /// whose network is there anyway.
        /// </summary>
        public virtual void JoinNetwork()
        {
        }

        /// <summary>
        /// Has the runtime free what nobody uses. <see cref="Device"/> asks for it at the start of Run, and before each step of a
        /// handshake: its deep calls need the free heap in few pieces. Does nothing where the runtime sees to that by itself.
        /// </summary>
        /// <param name="compact">Move what is in use together as well, which takes longer.</param>
        public virtual void CollectGarbage(bool compact)
        {
        }

        /// <summary>Starts the board anew after its program failed. Where this does nothing, <see cref="BoardProgram"/> alone begins
        /// again.</summary>
        public virtual void Restart()
        {
        }

        /// <summary>Cryptography that is faster here than the managed one, or null. It is used once its known answers are right.</summary>
        protected virtual CryptoProvider PreferredCrypto
        {
            get { return null; }
        }

        /// <summary>The cryptography of this board's node: what the board prefers, or the managed one.</summary>
        public CryptoProvider Crypto
        {
            get
            {
                if (_crypto == null)
                {
                    _crypto = CryptoProviders.Choose(PreferredCrypto);
                }

                return _crypto;
            }
        }
    }
}
