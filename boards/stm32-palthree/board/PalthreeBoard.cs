using NanoLibp2p.Boards.Nano;

namespace NanoLibp2p.Boards.Palthree
{
    /// <summary>An ORGPAL PalThree on a cable, with nanoFramework's own firmware (ORGPAL_PALTHREE); no part added.</summary>
    public sealed class PalthreeBoard : EthernetBoard
    {
        /// <summary>Makes the board. Its store is the flash chip that the firmware keeps littlefs on (target_FileSystem.cpp, volume
        /// 0).</summary>
        public PalthreeBoard()
            : base("palthree", new FlashStore("I:\\"))
        {
        }
    }
}
