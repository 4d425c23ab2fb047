using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.F769i
{
    /// <summary>An STM32F769I-DISCO on a cable, with nanoFramework's own firmware (ST_STM32F769I_DISCOVERY); no part added.</summary>
    public sealed class F769iBoard : EthernetBoard
    {
        /// <summary>Makes the board; it keeps its things in the chip's backup memory, as long as that has power.</summary>
        public F769iBoard()
            : this(new BackupStore())
        {
        }

        /// <summary>
        /// Makes the board with a store of another kind, as a <see cref="FlashStore"/> at <c>D:\</c> where the firmware was built with a
        /// file system for the SD card, which the stock image has not (its target_FileSystem.cpp installs none).
        /// </summary>
        public F769iBoard(IStore store)
            : base("f769i", store)
        {
        }
    }
}
