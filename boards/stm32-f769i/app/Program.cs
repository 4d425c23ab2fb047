using NanoLibp2p.Boards.F769i;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.F769i.App
{
    /// <summary>The app of an STM32F769I-DISCO: it publishes what the chip knows of itself.</summary>
    public static class Program
    {
        // no file can be sent to this board's store, so what others keep in files is here
        private const string Settings =
            "dial = /ip4/192.168.1.10/tcp/4001/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust\n" +
            "topic = greenhouse/climate\n" +
            "every = 10000\n";

        /// <summary>Runs until the power goes.</summary>
        public static void Main()
        {
            BoardProgram.Run(new F769iBoard(), new DeviceFactory(Create));
        }

        private static Device Create(Board board, DeviceSettings stored)
        {
            return SensorProgram.Create(board, DeviceSettings.Parse(Settings), board.CreateOptions());
        }
    }
}
