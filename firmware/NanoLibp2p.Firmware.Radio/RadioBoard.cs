using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// What a product with radios alone gives to the firmware: no TCP, no streams. A new board derives from this one; each property gives
    /// the same object whenever it is asked.
    /// </summary>
    public abstract class RadioBoard : IClock
    {
        private CryptoProvider _crypto;

        /// <summary>What people call it, such as <c>esp32-sx127x</c>.</summary>
        public abstract string Name { get; }

        /// <summary>Milliseconds since its start.</summary>
        public abstract long NowMs { get; }

        /// <summary>What outlives a restart.</summary>
        public abstract IStore Store { get; }

        /// <summary>Its source of random bytes. Those of a board whose Wi-Fi and Bluetooth are off may be guessed: identity and record then
        /// come from provisioning.</summary>
        public abstract IRandom Random { get; }

        /// <summary>The numbers of a reading as JSON, with <c>%</c> and the digits behind the point for each: <c>{"celsius":%1}</c>. It
        /// goes over the air once; then the numbers alone do.</summary>
        public abstract string Template { get; }

        /// <summary>Milliseconds of the timed sleep that ended with this start; -1 for any other start.</summary>
        public virtual long SleptMs
        {
            get { return -1; }
        }

        /// <summary>Whether <see cref="Sleep"/> ends with a new start, and what is not in <see cref="Store"/> is gone then. Such a board
        /// signs each reading: it has none left for a signature over several.</summary>
        public virtual bool LosesMemory
        {
            get { return false; }
        }

        /// <summary>Its cryptography.</summary>
        public virtual CryptoProvider Crypto
        {
            get
            {
                if (_crypto == null)
                {
                    _crypto = new ManagedCrypto(false);
                }

                return _crypto;
            }
        }

        /// <summary>Its radios, in the order of preference.</summary>
        /// <param name="settings">What its store says.</param>
        public abstract IFrameLink[] CreateLinks(RadioSettings settings);

        /// <summary>Whose turn it is, on a board with several radios: <c>RadioChoice.Of(links)</c> of NanoLibp2p.Firmware.Roaming. Null for
        /// one.</summary>
        /// <param name="links">Its radios, in the order of preference.</param>
        public virtual IRadioChoice CreateChoice(IFrameLink[] links)
        {
            return null;
        }

        /// <summary>Reads the sensor.</summary>
        /// <param name="values">Takes the numbers of <see cref="Template"/>, in tenths where it says <c>%1</c>.</param>
        /// <returns>How many.</returns>
        public abstract int Read(int[] values);

        /// <summary>Switches everything off for so long, and starts anew; a board that can't returns at once.</summary>
        public virtual void Sleep(long milliseconds)
        {
        }

        /// <summary>Says what happens.</summary>
        public virtual void Write(string line)
        {
        }
    }
}
