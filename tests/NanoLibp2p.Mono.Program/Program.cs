using System;
using System.Diagnostics;
using System.Threading;
using Meadow;
using NanoLibp2p.Boards.Meadow;
using NanoLibp2p.Crypto;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Mono.Program
{
    /// <summary>What a Meadow does, for Mono on a PC.</summary>
    public static class Program
    {
        private const int Readings = 50;
        private const int DialMs = 10000;

        /// <summary>Runs what the first argument names: self-test, random, device FOLDER or write PORT. Result: 0 when it went
        /// well.</summary>
        public static int Main(string[] args)
        {
            Console.WriteLine("on " + (Type.GetType("Mono.Runtime") != null ? "Mono" : ".NET"));
            switch (args[0])
            {
                case "self-test":
                    bool passes = SelfTest.Passes(new ManagedCrypto());
                    Console.WriteLine("self-test " + passes);
                    return passes ? 0 : 1;
                case "random":
                    return ShowRandom();
                case "device":
                    return RunDevice(args[1]);
                case "write":
                    return Write(int.Parse(args[1]));
                default:
                    return 2;
            }
        }

        private static int ShowRandom()
        {
            DeviceRandom random = new DeviceRandom();
            byte[] bytes = new byte[40];
            random.Fill(bytes, 0, bytes.Length);
            Console.WriteLine("weakness: " + (random.Weakness ?? "none"));
            Console.WriteLine("random " + BitConverter.ToString(bytes));
            return 0;
        }

        private static int RunDevice(string folder)
        {
            MeadowOS.FileSystem.DataDirectory = folder;
            FakeDevice meadow = new FakeDevice();
            MeadowBoard board = new MeadowBoard(meadow);
            new Thread(meadow.Join).Start();
            BoardProgram.Run(board, (b, settings) =>
            {
                Device device = SensorProgram.Create(b, settings, b.CreateOptions());
                Thread watch = new Thread(() =>
                {
                    while (device.Sent < Readings || device.Kept > 0)
                    {
                        Thread.Sleep(20);
                    }

                    device.Stop();
                });
                watch.IsBackground = true;
                watch.Start();
                return device;
            });
            return 0;
        }

        // to a peer that takes the connection and never reads
        private static int Write(int port)
        {
            TcpTransport transport = new TcpTransport(1);
            IStreamLink link = transport.Dial("127.0.0.1", port);
            Stopwatch time = Stopwatch.StartNew();
            while (link.State == LinkState.Connecting && time.ElapsedMilliseconds < DialMs)
            {
                transport.Wait(100);
            }

            byte[] bytes = new byte[4096];
            long written = 0;
            int part = 1;
            time.Restart();
            long longestMs = 0;
            while (part > 0)
            {
                long beganMs = time.ElapsedMilliseconds;
                part = link.Write(bytes, 0, bytes.Length);
                longestMs = Math.Max(longestMs, time.ElapsedMilliseconds - beganMs);
                written += part;
            }

            Console.WriteLine("wrote " + written + ", then " + part + "; longest call " + longestMs + " ms");
            return 0;
        }
    }
}
