using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>Which provider a node takes.</summary>
    public static class CryptoProviders
    {
        /// <summary>
        /// The preferred provider if its known answers are right, else <see cref="ManagedCrypto"/>. The <see cref="CryptoProvider.Name"/>
        /// of the result tells which it is.
        /// </summary>
        /// <param name="preferred">What the platform offers; null for none.</param>
        /// <exception cref="InvalidOperationException">Not even the managed provider's known answers are right.</exception>
        /// <exception cref="OutOfMemoryException">There was too little memory to ask.</exception>
        public static CryptoProvider Choose(CryptoProvider preferred)
        {
            if (preferred != null && SelfTest.Passes(preferred))
            {
                return preferred;
            }

            ManagedCrypto managed = new ManagedCrypto();
            if (!SelfTest.Passes(managed))
            {
                throw new InvalidOperationException(
                    "this runtime computes the managed cryptography wrong: no key is safe on it; take another firmware");
            }

            return managed;
        }
    }
}
