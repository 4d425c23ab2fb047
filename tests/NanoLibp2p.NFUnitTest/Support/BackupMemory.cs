using System;
using NanoLibp2p.NFUnitTest;

namespace nanoFramework.Hardware.Stm32
{
    /// <summary>The backup memory of an STM32 with the calls of its package, small, and a power cut where a test says.</summary>
    internal static class BackupMemory
    {
        public static readonly byte[] Bytes = new byte[512];

        /// <summary>Bytes that are still written before the power goes.</summary>
        public static int Left;

        public static int Size
        {
            get { return Bytes.Length; }
        }

        public static void ReadBytes(uint position, byte[] value)
        {
            Array.Copy(Bytes, 0 | (int)position, value, 0, value.Length);
        }

        public static void WriteBytes(uint position, byte[] value)
        {
            int count = value.Length < Left ? value.Length : Left;
            Left -= count;
            Array.Copy(value, 0, Bytes, 0 | (int)position, count);
            if (count < value.Length)
            {
                throw new PowerCutException();
            }
        }
    }
}
